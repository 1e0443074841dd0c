/**
 * The `payload` of an `mcp` message, in either direction.
 *
 * @module
 */

import { z } from "zod";
import type { McpRequest } from "./mcp_request.ts";
import { type Parsed, refused } from "./protocol_error.ts";
import { check, defined, jsonObject } from "./wire.ts";

/** What an MCP payload may be. */
export type McpPayload =
  | { readonly kind: "result"; readonly id: number; readonly result: unknown }
  /** Devices send no `code`. */
  | { readonly kind: "error"; readonly id: number; readonly error: { readonly message: string; readonly code?: number } }
  | { readonly kind: "request"; readonly request: McpRequest }
  | { readonly kind: "notification"; readonly method: string };

/** The message of an error that carries none. */
const NO_MESSAGE = "The device gave no reason";

const version = z.literal("2.0");
const notificationSchema = z.object({ jsonrpc: version, method: z.string() });
const requestSchema: z.ZodType<McpRequest> = z.object({
  jsonrpc: version,
  id: z.int(),
  method: z.string(),
  params: jsonObject.optional(),
}).transform((wire) => defined(wire));
const errorSchema = z.object({ code: z.number().nullish(), message: z.string().nullish() });
const replySchema = z.object({ jsonrpc: version.optional(), id: z.int(), result: z.unknown().optional(), error: errorSchema.nullish() });

/** Reads a payload. Never throws. Requests are held to what firmware accepts; replies may lack `jsonrpc` and an error's `code`. */
export function parseMcpPayload(payload: unknown): Parsed<McpPayload> {
  const object = check(jsonObject, payload, "MCP payload", "invalid_mcp");
  if (!object.ok) return object;
  if ("method" in object.message) {
    if (!("id" in object.message)) {
      const notification = check(notificationSchema, payload, "MCP notification", "invalid_mcp");
      return notification.ok ? { ok: true, message: { kind: "notification", method: notification.message.method } } : notification;
    }
    const request = check(requestSchema, payload, "MCP request", "invalid_mcp");
    return request.ok ? { ok: true, message: { kind: "request", request: request.message } } : request;
  }
  const reply = check(replySchema, payload, "MCP reply", "invalid_mcp");
  if (!reply.ok) return reply;
  const { id, result, error } = reply.message;
  if (error !== undefined && error !== null) {
    const described = defined({ message: error.message ?? NO_MESSAGE, code: error.code ?? undefined });
    return { ok: true, message: { kind: "error", id, error: described } };
  }
  if (!("result" in object.message)) return refused("invalid_mcp", `MCP reply ${id} has neither result nor error`);
  return { ok: true, message: { kind: "result", id, result } };
}

/** Builds a reply with a result, as a device does. */
export function mcpResult(id: number, result: unknown): object {
  return { jsonrpc: "2.0", id, result };
}

/** Builds an error reply, as a device does: without a code. */
export function mcpError(id: number, message: string): object {
  return { jsonrpc: "2.0", id, error: { message } };
}
