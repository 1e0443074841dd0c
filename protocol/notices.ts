/**
 * `system`, `alert`, `custom`, `pong` and the server's `goodbye`: messages outside any turn.
 *
 * @module
 */

import { z } from "zod";
import { defined, jsonObject, optionalString } from "./wire.ts";

/** A command to the device; firmware knows `reboot` and ignores others. */
export interface SystemMessage {
  readonly type: "system";
  readonly command: string;
  readonly sessionId?: string;
}

/** Status line, text, face and a sound. Changes no state of the device, which drops it unless all three strings are there. */
export interface AlertMessage {
  readonly type: "alert";
  readonly status: string;
  readonly message: string;
  readonly emotion: string;
  readonly sessionId?: string;
}

/** Something that only firmware built for it (`CONFIG_RECEIVE_CUSTOM_MESSAGE`) reads. */
export interface CustomMessage {
  readonly type: "custom";
  readonly payload: Readonly<Record<string, unknown>>;
  readonly sessionId?: string;
}

/** The answer to a web client's `ping`. */
export interface PongMessage {
  readonly type: "pong";
  /** Unix milliseconds. */
  readonly timestamp?: number;
  readonly sessionId?: string;
}

/** The end of a session over MQTT; on a WebSocket the server closes instead. */
export interface ServerGoodbye {
  readonly type: "goodbye";
  readonly sessionId?: string;
}

const session = { session_id: optionalString };

/** `system` on the wire. */
export const systemSchema: z.ZodType<SystemMessage> = z.object({ type: z.literal("system"), command: z.string(), ...session })
  .transform((wire) => defined({ type: wire.type, command: wire.command, sessionId: wire.session_id }));

/** `alert` on the wire. */
export const alertSchema: z.ZodType<AlertMessage> = z.object({
  type: z.literal("alert"),
  status: z.string(),
  message: z.string(),
  emotion: z.string(),
  ...session,
}).transform((wire) =>
  defined({ type: wire.type, status: wire.status, message: wire.message, emotion: wire.emotion, sessionId: wire.session_id })
);

/** `custom` on the wire. */
export const customSchema: z.ZodType<CustomMessage> = z.object({ type: z.literal("custom"), payload: jsonObject, ...session })
  .transform((wire) => defined({ type: wire.type, payload: wire.payload, sessionId: wire.session_id }));

/** `pong` on the wire. */
export const pongSchema: z.ZodType<PongMessage> = z.object({ type: z.literal("pong"), timestamp: z.number().nullish(), ...session })
  .transform((wire) => defined({ type: wire.type, timestamp: wire.timestamp ?? undefined, sessionId: wire.session_id }));

/** `goodbye` of a server, on the wire. */
export const serverGoodbyeSchema: z.ZodType<ServerGoodbye> = z.object({ type: z.literal("goodbye"), ...session })
  .transform((wire) => defined({ type: wire.type, sessionId: wire.session_id }));
