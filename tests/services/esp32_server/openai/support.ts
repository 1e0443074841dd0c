/**
 * What tests of the openai provider share.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Logger } from "@logtape/logtape";
import type { Clock } from "../../../../base/clock.ts";
import { createEsp32Server, type Esp32ServerOptions, type OpenAiOptions, StageError } from "../../../../services/esp32_server/mod.ts";
import type { ComposedEsp32Server } from "../../../../services/esp32_server/mod.ts";
import type { Esp32Server } from "../../../../services/esp32_server/stages.ts";
import { machineDeps, optionsWith, utteranceOf } from "../support.ts";
import { asking } from "../contract.ts";

/** The key that must not be seen in errors and logs. */
export const KEY = "sk-very-secret";

/** Never aborts. */
export const never: AbortSignal = new AbortController().signal;

/** Changes to the section `openai`, each stage's on its own. */
export interface OpenAiChanges {
  readonly shared?: Partial<Pick<OpenAiOptions, "baseUrl" | "apiKey" | "discover">>;
  readonly recognize?: Partial<OpenAiOptions["recognize"]>;
  readonly chat?: Partial<OpenAiOptions["chat"]>;
  readonly synthesize?: Partial<OpenAiOptions["synthesize"]>;
}

/** The section with model `m` everywhere, and no search for Ollama. */
export function openAiOptions(baseUrl: string, { shared, recognize, chat, synthesize }: OpenAiChanges = {}): OpenAiOptions {
  const stage = { baseUrl: "", apiKey: "", model: "m", extraBody: {} };
  return {
    baseUrl,
    apiKey: KEY,
    discover: false,
    ...shared,
    recognize: { ...stage, ...recognize },
    chat: { ...stage, ...chat },
    synthesize: { ...stage, voice: "", format: "pcm", pcmRate: 24000, ...synthesize },
  };
}

/** Options with recognition, chat and synthesis done by `openai`. */
export function allOpenAi(openai: OpenAiOptions, changes: Partial<Esp32ServerOptions> = {}): Esp32ServerOptions {
  const base = optionsWith();
  return {
    ...base,
    detectSpeech: { enabled: false, provider: "http" },
    recognize: { ...base.recognize, provider: "openai" },
    chat: { provider: "openai" },
    synthesize: { ...base.synthesize, provider: "openai" },
    openai,
    ...changes,
  };
}

/** A client of the server at `baseUrl` for all three stages. */
export async function client(
  baseUrl: string,
  changes: OpenAiChanges & { readonly options?: Partial<Esp32ServerOptions>; readonly clock?: Clock; readonly logger?: Logger } = {},
): Promise<ComposedEsp32Server> {
  const { clock = machineDeps().clock, logger = machineDeps().logger } = changes;
  return await createEsp32Server(allOpenAi(openAiOptions(baseUrl, changes), changes.options), { clock, logger });
}

/** The three calls, each to its end, by the prefix of their error codes. */
export const CALLS: Readonly<Record<"asr" | "chat" | "tts", (server: Esp32Server, signal: AbortSignal) => Promise<unknown>>> = {
  asr: async (server, signal) => await server.recognize(await utteranceOf(new Int16Array(8000)), { signal, language: "en" }),
  chat: async (server, signal) => await Array.fromAsync(server.chat(asking("hello"), { signal })),
  tts: async (server, signal) => {
    const audio = await server.synthesize({ text: "Hello", language: "en" }, { signal });
    return await Array.fromAsync<unknown>(audio.kind === "pcm" ? audio.chunks : audio.packets);
  },
};

/** The error of a call that must fail, without the key in it. */
export async function failure(work: Promise<unknown>): Promise<StageError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof StageError, `${error}`);
    assert.ok(!`${error.stack} ${Deno.inspect(error, { depth: 9 })}`.includes(KEY), "the key is in the error");
    return error;
  }
  throw new Error("The call succeeded, a failure was expected");
}
