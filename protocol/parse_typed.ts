/**
 * Picks the schema of a message by its `type`.
 *
 * @module
 */

import type { z } from "zod";
import { parseJsonObject } from "./json_text.ts";
import { MAX_UNKNOWN_NAME } from "./limits.ts";
import { type Parsed, refused } from "./protocol_error.ts";
import { check } from "./wire.ts";

/** A message of a type that this project does not know; it is to be ignored. */
export interface UnknownMessage {
  readonly type: "unknown";
  /** Its `type`, cut to 64 characters. */
  readonly name: string;
}

/** Reads a text message against the schema of its type. Never throws. */
export function parseTyped<T>(text: string, schemas: ReadonlyMap<string, z.ZodType<T>>, maxBytes?: number): Parsed<T | UnknownMessage> {
  const json = parseJsonObject(text, maxBytes);
  if (!json.ok) return json;
  const type = json.message.type;
  if (typeof type !== "string") return refused("missing_type", "Text message has no string member type");
  const schema = schemas.get(type);
  if (schema === undefined) return { ok: true, message: { type: "unknown", name: type.slice(0, MAX_UNKNOWN_NAME).toWellFormed() } };
  return check(schema, json.message, `Message ${type}`, "invalid_message");
}
