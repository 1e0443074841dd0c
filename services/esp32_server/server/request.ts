/**
 * Reads requests of the served contract, within limits.
 *
 * @module
 */

import { z } from "zod";
import { BodyTooLarge, readAll } from "../http/body.ts";
import { MAX_SPEECH_CHARS } from "../embedded/speakable.ts";
import { RequestError } from "./problem.ts";

/** Two minutes of WAV at 16 kHz, or half a minute at 48 kHz stereo. */
const MAX_AUDIO_BYTES = 8 << 20;

/** A long conversation: a hundred turns of a thousand characters, in UTF-8. */
const MAX_JSON_BYTES = 1 << 19;

/** Body of POST /api/chat. Messages of roles that the contract does not know are refused. */
export const chatRequest = z.object({
  message: z.string().default(""),
  stream: z.boolean().default(false),
  messages: z.array(z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() })).optional(),
  session_id: z.string().max(128).default(""),
  device_id: z.string().max(128).default(""),
}).refine(
  ({ message, messages }) => message !== "" || messages?.at(-1)?.role === "user",
  "message, or messages ending with the user's, is needed",
);

/** Body of POST /api/tts. */
export const speechRequest = z.object({
  text: z.string().min(1).max(MAX_SPEECH_CHARS),
  voice: z.string().max(128).optional(),
});

/**
 * A body of sound.
 *
 * @throws `RequestError` with status 400 or 413.
 */
export async function audioBody(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await bounded(request, MAX_AUDIO_BYTES);
  if (bytes.length === 0) throw new RequestError(400, "audio_missing", "Body is empty; sound as audio/wav or audio/ogg is needed");
  return bytes;
}

/**
 * A JSON body as its schema wants it.
 *
 * @throws `RequestError` with status 400 or 413.
 */
export async function jsonBody<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const bytes = await bounded(request, MAX_JSON_BYTES);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new RequestError(400, "json_malformed", "Body is no JSON; a JSON object is needed", cause);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new RequestError(400, "json_invalid", `Body does not fit: ${z.prettifyError(result.error).replace(/\s+/g, " ")}`);
}

/** Unix milliseconds of `since`; 0 where it is absent. */
export function sinceOf(text: string | undefined): number {
  if (text === undefined || text === "") return 0;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new RequestError(400, "since_invalid", `since is "${text.slice(0, 40)}"; an ISO time is needed`);
  return time;
}

async function bounded(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readAll(request.body, limit);
  } catch (error) {
    if (error instanceof BodyTooLarge) throw new RequestError(413, error.code, error.message, error);
    throw new RequestError(400, "body_cut_off", "Body ended before its end", error);
  }
}
