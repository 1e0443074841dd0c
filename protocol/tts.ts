/**
 * `stt`, `llm` and `tts`: what a turn shows on the device.
 *
 * @module
 */

import { z } from "zod";
import { defined, optionalString } from "./wire.ts";

/** The user's line on the screen. */
export interface SttMessage {
  readonly type: "stt";
  readonly text: string;
  readonly sessionId?: string;
}

/** The face. A name that the device does not know is ignored by it. */
export interface LlmMessage {
  readonly type: "llm";
  readonly emotion: string;
  /** An emoji, for web clients. */
  readonly text?: string;
  readonly sessionId?: string;
}

/**
 * The device's speaking state, and the line it shows: audio is played only between `start` and `stop`, and after an abort the device waits
 * for `stop`.
 */
export type TtsMessage =
  | { readonly type: "tts"; readonly state: "start" | "stop"; readonly text?: never; readonly sessionId?: string }
  /** Shown at once, so it belongs right before the sentence's first frame. */
  | { readonly type: "tts"; readonly state: "sentence_start"; readonly text: string; readonly sessionId?: string }
  /** Ignored by firmware; some servers send it. */
  | { readonly type: "tts"; readonly state: "sentence_end"; readonly text?: string; readonly sessionId?: string };

const session = { session_id: optionalString };

/** `stt` on the wire. */
export const sttSchema: z.ZodType<SttMessage> = z.object({ type: z.literal("stt"), text: z.string(), ...session })
  .transform((wire) => defined({ type: wire.type, text: wire.text, sessionId: wire.session_id }));

/** `llm` on the wire. */
export const llmSchema: z.ZodType<LlmMessage> = z.object({ type: z.literal("llm"), emotion: z.string(), text: optionalString, ...session })
  .transform((wire) => defined({ type: wire.type, emotion: wire.emotion, text: wire.text, sessionId: wire.session_id }));

/** `tts` on the wire. */
export const ttsSchema: z.ZodType<TtsMessage> = z.discriminatedUnion("state", [
  z.object({ type: z.literal("tts"), state: z.enum(["start", "stop"]), ...session })
    .transform((wire) => defined({ type: wire.type, state: wire.state, sessionId: wire.session_id })),
  z.object({ type: z.literal("tts"), state: z.literal("sentence_start"), text: z.string(), ...session })
    .transform((wire) => defined({ type: wire.type, state: wire.state, text: wire.text, sessionId: wire.session_id })),
  z.object({ type: z.literal("tts"), state: z.literal("sentence_end"), text: optionalString, ...session })
    .transform((wire) => defined({ type: wire.type, state: wire.state, text: wire.text, sessionId: wire.session_id })),
]);
