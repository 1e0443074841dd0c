/**
 * Messages from a device to the server.
 *
 * @module
 */

import { z } from "zod";
import { type AbortMessage, abortSchema } from "./abort.ts";
import { type DeviceHello, deviceHelloSchema } from "./hello.ts";
import { type IotReport, iotReportSchema } from "./iot.ts";
import { type ListenMessage, listenSchema } from "./listen.ts";
import { parseTyped, type UnknownMessage } from "./parse_typed.ts";
import type { Parsed } from "./protocol_error.ts";
import { jsonObject, sessionIdFromDevice } from "./wire.ts";

/** An MCP payload from the device; see `parseMcpPayload`. */
export interface DeviceMcp {
  readonly type: "mcp";
  readonly payload: Readonly<Record<string, unknown>>;
  readonly sessionId: string;
}

/** The device ends the session; from MQTT devices only. */
export interface DeviceGoodbye {
  readonly type: "goodbye";
  readonly sessionId: string;
}

/** A web client asks whether the server is there. */
export interface PingMessage {
  readonly type: "ping";
  readonly sessionId: string;
}

/** Every device message that this project knows. */
export type KnownDeviceMessage = DeviceHello | ListenMessage | AbortMessage | DeviceMcp | IotReport | DeviceGoodbye | PingMessage;

/** What a text message from a device may be. */
export type DeviceMessage = KnownDeviceMessage | UnknownMessage;

const mcpSchema: z.ZodType<DeviceMcp> = z.object({ type: z.literal("mcp"), payload: jsonObject, session_id: sessionIdFromDevice })
  .transform((wire) => ({ type: wire.type, payload: wire.payload, sessionId: wire.session_id }));
const goodbyeSchema: z.ZodType<DeviceGoodbye> = z.object({ type: z.literal("goodbye"), session_id: sessionIdFromDevice })
  .transform((wire) => ({ type: wire.type, sessionId: wire.session_id }));
const pingSchema: z.ZodType<PingMessage> = z.object({ type: z.literal("ping"), session_id: sessionIdFromDevice })
  .transform((wire) => ({ type: wire.type, sessionId: wire.session_id }));

const SCHEMAS: ReadonlyMap<string, z.ZodType<KnownDeviceMessage>> = new Map<string, z.ZodType<KnownDeviceMessage>>([
  ["hello", deviceHelloSchema],
  ["listen", listenSchema],
  ["abort", abortSchema],
  ["mcp", mcpSchema],
  ["iot", iotReportSchema],
  ["goodbye", goodbyeSchema],
  ["ping", pingSchema],
]);

/**
 * Reads a text message from a device. Never throws. An unknown type is a message of type `unknown`; unknown members are ignored; a known
 * type with a wrong shape is an error. The text is not to be echoed back.
 *
 * @param maxBytes Longest text accepted, in bytes of UTF-8; `MAX_TEXT_BYTES` when absent.
 */
export function parseDeviceMessage(text: string, maxBytes?: number): Parsed<DeviceMessage> {
  return parseTyped(text, SCHEMAS, maxBytes);
}
