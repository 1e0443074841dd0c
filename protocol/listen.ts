/**
 * `listen`: the device's microphone, and text that stands for speech.
 *
 * @module
 */

import { z } from "zod";
import { defined, optionalString, sessionIdFromDevice } from "./wire.ts";

/** The ways a device listens. */
export const LISTEN_MODES = ["auto", "manual", "realtime"] as const;

/**
 * `auto`: the server hears the end of speech, and the microphone is off while it answers. `manual`: push-to-talk, the device says stop.
 * `realtime`: the microphone stays on while the server answers.
 */
export type ListenMode = typeof LISTEN_MODES[number];

/** `start` and `stop` of the microphone; `detect` of a wake word or typed text; `text`: typed text from some clients. */
export const LISTEN_STATES = ["start", "stop", "detect", "text"] as const;

/** One of {@link LISTEN_STATES}. */
export type ListenState = typeof LISTEN_STATES[number];

/** What the device's microphone does, or what was typed or detected. */
export interface ListenMessage {
  readonly type: "listen";
  readonly state: ListenState;
  /** With `start`. */
  readonly mode?: ListenMode;
  /** With `detect`: the wake word, or text typed in a web client. With `text`: text typed. */
  readonly text?: string;
  /** Empty where the client sent none. */
  readonly sessionId: string;
}

/** `listen` on the wire. */
export const listenSchema: z.ZodType<ListenMessage> = z.object({
  type: z.literal("listen"),
  state: z.enum(LISTEN_STATES),
  mode: z.enum(LISTEN_MODES).nullish(),
  text: optionalString,
  session_id: sessionIdFromDevice,
}).transform((wire) =>
  defined({ type: wire.type, state: wire.state, mode: wire.mode ?? undefined, text: wire.text, sessionId: wire.session_id })
);
