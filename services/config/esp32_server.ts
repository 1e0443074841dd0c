/**
 * Section `esp32Server`: who does the work of each stage of a turn.
 *
 * @module
 */

import { z } from "zod";
import { MAX_STAGE_MS } from "./limits.ts";
import { openaiSection } from "./openai.ts";
import { isHttpUrl } from "./url.ts";

/** One provider choice; the words fill the description. */
function provider(work: string, auto = "auto is embedded, which needs nothing else") {
  return z.enum(["auto", "embedded", "http", "openai"]).default("auto").meta({
    description: `Who ${work}: this process (embedded), the server at baseUrl (http), or an OpenAI-compatible one (openai); ${auto}`,
  });
}

/** Who stands in. Empty by default: a stand-in costs memory or sends what people say somewhere else, so it is for the owner to name. */
function fallback(of: string, recommended: string) {
  return z.array(z.enum(["embedded", "http", "openai"])).default([]).meta({
    description: `Who ${of} where the provider fails before its answer begins, in this order; ${recommended}`,
  });
}

function timeout(fallback: number, what: string) {
  return z.int().min(100).max(MAX_STAGE_MS).default(fallback).meta({ description: `Milliseconds ${what}` });
}

function program(of: string) {
  return z.string().default("").meta({ description: `Program of the embedded ${of}; empty takes the first one installed` });
}

function modelDir(of: string) {
  return z.string().default("").meta({ description: `Folder of a sherpa-onnx model for the embedded ${of}; empty uses none` });
}

/** Schema of the section. */
export const esp32ServerSection = z.strictObject({
  baseUrl: z.string().refine(isHttpUrl).default("http://xiaozhi-esp32-server:8003").meta({
    description: "Address of the server that does the http stages",
    expects: "an http or https URL",
  }),
  apiKey: z.string().default("").meta({ description: "Sent to that server as a Bearer token; empty sends none", secret: true }),
  timeoutMs: z.strictObject({
    detect: timeout(3000, "for the check whether an utterance holds speech"),
    recognize: timeout(15_000, "for recognising an utterance"),
    chatFirstToken: timeout(15_000, "until an answer begins"),
    chatIdle: timeout(10_000, "between two pieces of an answer"),
    synthesizeFirstAudio: timeout(10_000, "until a sentence begins to sound"),
    synthesizeIdle: timeout(10_000, "between two pieces of the sound of a sentence"),
  }),
  audioFormat: z.enum(["wav", "ogg"]).default("wav").meta({
    description: "How utterances are sent to the http and openai stages; ogg is a tenth of the size",
  }),
  foldContext: z.boolean().default(false).meta({
    description: "Fold earlier turns into the message of the http chat stage, for servers that ignore the list of messages",
  }),
  openai: openaiSection,
  detectSpeech: z.strictObject({
    enabled: z.boolean().default(false).meta({ description: "Check each utterance for speech before recognition is paid for" }),
    provider: z.enum(["auto", "embedded", "http"]).default("auto").meta({
      description: "Who checks: this process (embedded) or the server at baseUrl (http); auto is embedded, which needs nothing else",
    }),
    fallback: z.array(z.enum(["embedded", "http"])).default([]).meta({
      description: "Who checks where that provider fails; embedded suits every machine",
    }),
  }),
  recognize: z.strictObject({
    provider: provider("recognises"),
    fallback: fallback("recognises", "beside a remote provider embedded is recommended where a model or program is there"),
    modelDir: modelDir("recogniser"),
    grammar: z.string().default("").meta({
      description: "JSGF grammar file for the embedded recogniser; empty takes any English sentence",
    }),
    program: program("recogniser"),
  }),
  chat: z.strictObject({
    provider: provider("answers", "auto is a local Ollama where one runs, else embedded"),
    fallback: fallback("answers", "beside a remote provider embedded is recommended, which needs no network and says what it can do"),
  }),
  synthesize: z.strictObject({
    provider: provider("speaks"),
    fallback: fallback(
      "speaks",
      "beside a remote provider embedded is recommended where espeak-ng, flite or a model is there; beeps never stand in",
    ),
    modelDir: modelDir("synthesiser"),
    voice: z.string().default("").meta({ description: "Voice by the provider's name for it; empty takes its default" }),
    program: program("synthesiser"),
  }),
});
