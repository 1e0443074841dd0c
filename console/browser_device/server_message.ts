/**
 * What the server says, as far as a device minds. Read by hand: the schemas of `protocol/` are made with a library that compiles code while it
 * runs, which the policy of the page forbids, and that is larger than the page.
 *
 * @module
 */

import { MAX_TEXT_BYTES } from "../../protocol/limits.ts";

/** A message that does something to a device. */
export type FromServer =
  | {
    readonly type: "hello";
    readonly transport: string;
    readonly sessionId?: string;
    readonly sampleRate?: number;
    readonly frameMs?: number;
  }
  | { readonly type: "stt"; readonly text: string }
  | { readonly type: "llm"; readonly emotion: string }
  | { readonly type: "tts"; readonly state: "start" | "stop" }
  | { readonly type: "tts"; readonly state: "sentence_start"; readonly text: string }
  | { readonly type: "alert"; readonly status: string; readonly message: string; readonly emotion: string }
  | { readonly type: "mcp"; readonly payload: Readonly<Record<string, unknown>> }
  | { readonly type: "system"; readonly command: string };

/** Reads a text; undefined for what a device ignores, whatever is wrong with it. */
export function readServerMessage(text: string): FromServer | undefined {
  if (text.length > MAX_TEXT_BYTES) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { type, state, text: said, emotion, status, message, payload, command } = value;
  switch (type) {
    case "hello":
      return hello(value);
    case "stt":
      return typeof said === "string" ? { type, text: said } : undefined;
    case "llm":
      return typeof emotion === "string" ? { type, emotion } : undefined;
    case "tts":
      if (state === "start" || state === "stop") return { type, state };
      return state === "sentence_start" && typeof said === "string" ? { type, state, text: said } : undefined;
    case "alert":
      if (typeof status !== "string" || typeof message !== "string" || typeof emotion !== "string") return undefined;
      return { type, status, message, emotion };
    case "mcp":
      return isObject(payload) ? { type, payload } : undefined;
    case "system":
      return typeof command === "string" ? { type, command } : undefined;
    default:
      return undefined;
  }
}

function hello(value: Readonly<Record<string, unknown>>): FromServer | undefined {
  const { transport, session_id: sessionId, audio_params: params } = value;
  if (typeof transport !== "string") return undefined;
  const { sample_rate: sampleRate, frame_duration: frameMs } = isObject(params) ? params : {};
  return {
    type: "hello",
    transport,
    ...(typeof sessionId === "string" ? { sessionId } : {}),
    ...(typeof sampleRate === "number" ? { sampleRate } : {}),
    ...(typeof frameMs === "number" ? { frameMs } : {}),
  };
}

/** Whether a value is an object with members. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
