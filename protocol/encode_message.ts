/**
 * Writes messages of both directions.
 *
 * @module
 */

import type { KnownDeviceMessage } from "./device_message.ts";
import { deviceHelloToWire } from "./hello.ts";
import { writeJson } from "./json_text.ts";
import type { KnownServerMessage } from "./server_message.ts";
import { serverHelloToWire } from "./server_hello.ts";

function toWire(message: KnownDeviceMessage | KnownServerMessage): object {
  if (message.type === "hello") return "features" in message ? deviceHelloToWire(message) : serverHelloToWire(message);
  const { sessionId, ...rest } = message;
  return sessionId === undefined ? rest : { session_id: sessionId, ...rest };
}

/**
 * Writes a message as the text to send. Lone surrogates become U+FFFD.
 *
 * @throws `TypeError` for a payload that JSON cannot hold, such as a cycle.
 */
export function encodeMessage(message: KnownDeviceMessage | KnownServerMessage): string {
  return writeJson(toWire(message));
}
