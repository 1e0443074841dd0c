/**
 * What the device's display shows.
 *
 * @module
 */

import type { FromServer } from "./server_message.ts";

/** The display. */
export interface Display {
  /** What the server understood. */
  readonly heard: string;
  /** Sentences of the answer that have begun. */
  readonly said: readonly string[];
  /** Name of the face. */
  readonly emotion: string;
  readonly alert?: { readonly status: string; readonly message: string };
}

/** The display before anything was said. */
export const CALM: Display = { heard: "", said: [], emotion: "neutral" };

/** Sentences that are shown: more than any answer has. */
const MAX_SENTENCES = 100;

/** The display after a message. What was understood begins a new turn, and so does an answer to nothing that was said. */
export function shown(display: Display, message: FromServer): Display {
  switch (message.type) {
    case "stt":
      return { ...CALM, heard: message.text };
    case "llm":
      return { ...display, emotion: message.emotion };
    case "alert":
      return { ...display, emotion: message.emotion, alert: { status: message.status, message: message.message } };
    case "tts":
      if (message.state === "sentence_start") return { ...display, said: [...display.said, message.text].slice(-MAX_SENTENCES) };
      return message.state === "start" && display.said.length > 0 ? CALM : display;
    default:
      return display;
  }
}
