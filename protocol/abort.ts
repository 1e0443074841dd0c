/**
 * `abort`: the person wants the answer to end.
 *
 * @module
 */

import { z } from "zod";
import { defined, optionalString, sessionIdFromDevice } from "./wire.ts";

/** End the turn, and say `tts stop` at once: until then the device stays in its speaking state. */
export interface AbortMessage {
  readonly type: "abort";
  /** `wake_word_detected`, or absent for a button. */
  readonly reason?: string;
  readonly sessionId: string;
}

/** `abort` on the wire. */
export const abortSchema: z.ZodType<AbortMessage> = z.object({
  type: z.literal("abort"),
  reason: optionalString,
  session_id: sessionIdFromDevice,
}).transform((wire) => defined({ type: wire.type, reason: wire.reason, sessionId: wire.session_id }));
