/**
 * Text as a speech program may have it.
 *
 * @module
 */

import { StageError } from "../errors.ts";

/** Longest text of one call: a stage is asked for one sentence or less, and OpenAI-compatible servers take 4096 characters. */
export const MAX_SPEECH_CHARS = 4096;

/** Longest output of a speech program: 10 minutes at 22,050 Hz, twice what {@link MAX_SPEECH_CHARS} need. */
export const MAX_SPEECH_BYTES = 10 * 60 * 22050 * 2;

/**
 * The text on one line without control characters, which end the input of some programs early.
 *
 * @throws `StageError` with code `tts_too_large`.
 */
export function speakable(text: string): string {
  if (text.length > MAX_SPEECH_CHARS) {
    throw new StageError("synthesize", "too_large", `Text of ${text.length} characters cannot be spoken; ${MAX_SPEECH_CHARS} are allowed`);
  }
  return text.replace(/[\p{Cc}\p{Cs}]+/gu, " ").trim();
}
