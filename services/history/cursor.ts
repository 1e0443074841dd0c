/**
 * Cursors: where a page of a list ended, as an opaque word that is safe in a URL.
 *
 * @module
 */

import { HistoryError } from "./errors.ts";

/** Version of the form; a cursor of another version is refused rather than misread. */
const VERSION = 1;

/** Lists that have cursors, each with its order: a cursor of one means nothing in another. */
export type CursorList = "sessions" | "turns newest" | "turns oldest" | "search";

/** The last item of a page, by what the list is ordered by. */
export interface Position {
  /** Unix milliseconds. */
  readonly time: number;
  readonly id: string;
}

/** The cursor after an item. */
export function encodeCursor(list: CursorList, { time, id }: Position): string {
  const bytes = new TextEncoder().encode(JSON.stringify([VERSION, list, time, id]));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/**
 * Where a page begins.
 *
 * @throws {HistoryError} `bad_cursor` for anything that {@link encodeCursor} did not give for this list.
 */
export function decodeCursor(list: CursorList, cursor: string): Position {
  const position = read(list, cursor);
  // Only one spelling of a position counts, so that nothing is read into characters that were added or changed.
  if (position === undefined || encodeCursor(list, position) !== cursor) {
    const shown = cursor.length > 40 ? `${cursor.slice(0, 40)}…` : cursor;
    throw new HistoryError(
      `Cannot go on from cursor '${shown}'; expected the one that a page of this list, in this order, gave`,
      "bad_cursor",
    );
  }
  return position;
}

function read(list: CursorList, cursor: string): Position | undefined {
  let parts: unknown;
  try {
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: "base64url" });
    parts = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || parts.length !== 4 || parts[0] !== VERSION || parts[1] !== list) return undefined;
  const [, , time, id] = parts as unknown[];
  if (typeof id !== "string" || typeof time !== "number" || !Number.isSafeInteger(time)) return undefined;
  return { time, id };
}
