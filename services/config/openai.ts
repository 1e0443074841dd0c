/**
 * Section `esp32Server.openai`: servers of the OpenAI API, one for all stages or one for each.
 *
 * @module
 */

import { z } from "zod";
import { isHttpUrl } from "./url.ts";

/** Telephone quality; below it nobody synthesises. */
const MIN_PCM_RATE = 8000;

/** The highest rate of studios. */
const MAX_PCM_RATE = 192_000;

function baseUrl(of: string) {
  return z.string().refine((text) => text === "" || isHttpUrl(text)).default("").meta({
    description: `Address of the OpenAI-compatible server ${of}`,
    expects: "an http or https URL, usually ending in /v1, or nothing",
  });
}

function stage(work: string) {
  return {
    baseUrl: baseUrl(`that ${work}, up to its version such as http://127.0.0.1:8000/v1; empty takes esp32Server.openai.baseUrl`),
    apiKey: z.string().default("").meta({
      description: `Key of the server that ${work}; empty takes esp32Server.openai.apiKey, where it is the same server`,
      secret: true,
    }),
    model: z.string().default("").meta({
      description: `Model that ${work}, by that server's name for it; needed where the provider is openai`,
    }),
    extraBody: z.record(z.string(), z.unknown()).default({}).meta({
      description: `Fields added to each request to the model that ${work}, such as {"temperature": 0.5}`,
    }),
  };
}

/** Schema of the section. */
export const openaiSection = z.strictObject({
  baseUrl: baseUrl("of all openai stages that name none, such as http://127.0.0.1:11434/v1"),
  apiKey: z.string().default("").meta({ description: "Key of that server; empty sends none", secret: true }),
  discover: z.boolean().default(true).meta({
    description: "Where esp32Server.chat.provider is auto, look for an Ollama on this machine at the start (300 ms at most)",
  }),
  recognize: z.strictObject(stage("recognises")),
  chat: z.strictObject(stage("answers")),
  synthesize: z.strictObject({
    ...stage("speaks"),
    voice: z.string().default("").meta({
      description: "Voice where esp32Server.synthesize.voice names none, by that server's name for it; empty leaves the choice to it",
    }),
    format: z.enum(["pcm", "wav", "opus"]).default("pcm").meta({
      description: "How sound is asked for: pcm begins to sound first, wav says its rate, opus (in Ogg) is the smallest",
    }),
    pcmRate: z.int().min(MIN_PCM_RATE).max(MAX_PCM_RATE).default(24_000).meta({
      description: "Samples per second of pcm sound, which its answer does not state: 24000 for most models, 22050 or 16000 for Piper",
    }),
  }),
});
