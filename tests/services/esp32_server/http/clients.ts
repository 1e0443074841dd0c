/**
 * Clients under test, and what they are called for.
 *
 * @module
 */

import assert from "node:assert/strict";
import { createEsp32Server, type Esp32ServerOptions, StageError } from "../../../../services/esp32_server/mod.ts";
import type { Esp32Server } from "../../../../services/esp32_server/stages.ts";
import { asking } from "../contract.ts";
import { httpOptions, machineDeps, silence } from "../support.ts";

/** The key of every client; no error may show it. */
export const KEY = "very-secret-key";

/** A signal that never aborts. */
export const never = new AbortController().signal;

/** A client of the server at `baseUrl`. */
export async function client(
  baseUrl: string,
  changes: Partial<Esp32ServerOptions> = {},
  clock = machineDeps().clock,
): Promise<Esp32Server> {
  return await createEsp32Server(httpOptions(baseUrl, { apiKey: KEY, ...changes }), { ...machineDeps(), clock });
}

/** Each stage, called to its end. */
export const CALLS: Readonly<Record<string, (server: Esp32Server, signal: AbortSignal) => Promise<unknown>>> = {
  vad: async (server, signal) => await server.detectSpeech(await silence(), { signal }),
  asr: async (server, signal) => await server.recognize(await silence(), { signal, language: "en" }),
  chat: async (server, signal) => await Array.fromAsync(server.chat(asking("hello"), { signal })),
  tts: async (server, signal) => {
    const audio = await server.synthesize({ text: "Hello", language: "en" }, { signal });
    return await Array.fromAsync<unknown>(audio.kind === "pcm" ? audio.chunks : audio.packets);
  },
  history: async (server, signal) => await server.recentHistory(0, { signal }),
};

/** The error that a call ends with. */
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
