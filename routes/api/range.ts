/**
 * Parts of a file, as RFC 9110 section 14 asks for them.
 *
 * @module
 */

import type { ByteRange } from "../../services/audio_store/audio_store.ts";

/**
 * The part of a file of `size` bytes that a Range header asks for. Undefined where the whole file is the right answer: there is no header,
 * it is no range of bytes, or it names several, which nothing that plays audio does; `unsatisfiable` where it begins behind the end.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | "unsatisfiable" | undefined {
  const [, first = "", last = ""] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  if (first === "") return Number(last) === 0 || size === 0 ? "unsatisfiable" : { start: Math.max(0, size - Number(last)), end: size };
  const start = Number(first);
  if (last !== "" && Number(last) < start) return undefined;
  if (start >= size) return "unsatisfiable";
  return { start, end: last === "" ? size : Math.min(size, Number(last) + 1) };
}

/** Whether an If-None-Match header names `etag`. */
export function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === "*" || header.split(",").some((each) => each.trim().replace(/^W\//, "") === etag);
}
