/**
 * Messages from the server to a device.
 *
 * @module
 */

import { z } from "zod";
import { type IotCommands, iotCommandsSchema } from "./iot.ts";
import {
  type AlertMessage,
  alertSchema,
  type CustomMessage,
  customSchema,
  type PongMessage,
  pongSchema,
  type ServerGoodbye,
  serverGoodbyeSchema,
  type SystemMessage,
  systemSchema,
} from "./notices.ts";
import { parseTyped, type UnknownMessage } from "./parse_typed.ts";
import type { Parsed } from "./protocol_error.ts";
import { type ServerHello, serverHelloSchema } from "./server_hello.ts";
import { type LlmMessage, llmSchema, type SttMessage, sttSchema, type TtsMessage, ttsSchema } from "./tts.ts";
import { defined, jsonObject, optionalString } from "./wire.ts";

/** An MCP payload to the device. */
export interface ServerMcp {
  readonly type: "mcp";
  readonly payload: object;
  readonly sessionId?: string;
}

/** Every server message that this project knows. */
export type KnownServerMessage =
  | ServerHello
  | SttMessage
  | LlmMessage
  | TtsMessage
  | ServerMcp
  | SystemMessage
  | AlertMessage
  | CustomMessage
  | IotCommands
  | PongMessage
  | ServerGoodbye;

/** What a text message from a server may be. */
export type ServerMessage = KnownServerMessage | UnknownMessage;

const mcpSchema: z.ZodType<ServerMcp> = z.object({ type: z.literal("mcp"), payload: jsonObject, session_id: optionalString })
  .transform((wire) => defined({ type: wire.type, payload: wire.payload, sessionId: wire.session_id }));

const SCHEMAS: ReadonlyMap<string, z.ZodType<KnownServerMessage>> = new Map<string, z.ZodType<KnownServerMessage>>([
  ["hello", serverHelloSchema],
  ["stt", sttSchema],
  ["llm", llmSchema],
  ["tts", ttsSchema],
  ["mcp", mcpSchema],
  ["system", systemSchema],
  ["alert", alertSchema],
  ["custom", customSchema],
  ["iot", iotCommandsSchema],
  ["pong", pongSchema],
  ["goodbye", serverGoodbyeSchema],
]);

/**
 * Reads a text message from a server, as a client does. Never throws; refuses what a device would refuse or crash on.
 *
 * @param maxBytes Longest text accepted, in bytes of UTF-8; `MAX_TEXT_BYTES` when absent.
 */
export function parseServerMessage(text: string, maxBytes?: number): Parsed<ServerMessage> {
  return parseTyped(text, SCHEMAS, maxBytes);
}
