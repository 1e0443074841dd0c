/**
 * JSON text, in and out. Devices concatenate some of theirs without escaping, so bad text is ordinary; and their parser refuses a whole
 * message that holds half of a surrogate pair, so none is ever sent or let in.
 *
 * @module
 */

import { MAX_JSON_DEPTH, MAX_TEXT_BYTES } from "./limits.ts";
import { type Parsed, refused } from "./protocol_error.ts";

/** Most bytes that one UTF-16 unit takes in UTF-8. */
const MAX_UTF8_PER_UNIT = 3;

/** Every escape of a JSON string, whole surrogate pairs and lone halves told apart. */
const ESCAPES = /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|[^])/g;

/** Replaces each lone surrogate, literal or escaped, by U+FFFD. Whole pairs and everything else stay as they are. */
function wellFormed(json: string): string {
  const text = json.toWellFormed();
  if (!/\\u[dD]/.test(text)) return text;
  return text.replace(ESCAPES, (escape, lone: string | undefined) => lone === undefined ? escape : "\\ufffd");
}

/** Whether brackets outside strings nest deeper than the limit. Assumes nothing about the text being valid. */
function nestsTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (inString) {
      if (unit === 0x5c) i++;
      else if (unit === 0x22) inString = false;
    } else if (unit === 0x22) inString = true;
    else if (unit === 0x7b || unit === 0x5b) {
      if (++depth > MAX_JSON_DEPTH) return true;
    } else if (unit === 0x7d || unit === 0x5d) depth--;
  }
  return false;
}

/** Whether `text` takes more than `maxBytes` in UTF-8. Encodes it only where its length alone does not tell. */
function isTooLarge(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true;
  if (text.length * MAX_UTF8_PER_UNIT <= maxBytes) return false;
  return new TextEncoder().encode(text).length > maxBytes;
}

/** Reads a text message as one JSON object. Never throws. */
export function parseJsonObject(text: string, maxBytes: number = MAX_TEXT_BYTES): Parsed<Readonly<Record<string, unknown>>> {
  if (isTooLarge(text, maxBytes)) return refused("text_too_large", `Text message is longer than ${maxBytes} bytes of UTF-8`);
  if (nestsTooDeep(text)) return refused("nested_too_deep", `Text message nests deeper than ${MAX_JSON_DEPTH} levels`);
  let value: unknown;
  try {
    value = JSON.parse(wellFormed(text));
  } catch {
    // The engine's message quotes the text, which may be speech.
    return refused("invalid_json", `Text message of ${text.length} characters is not valid JSON`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const kind = value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;
    return refused("not_an_object", `Text message is ${kind}, not a JSON object`);
  }
  return { ok: true, message: value as Readonly<Record<string, unknown>> };
}

/**
 * Writes a value as JSON that any device can parse.
 *
 * @throws `TypeError` for a value that JSON cannot hold, such as a cycle.
 */
export function writeJson(value: object): string {
  return wellFormed(JSON.stringify(value));
}
