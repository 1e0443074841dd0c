/**
 * How far a table has been read whose ids are given at the insert and become visible at the commit, in any order.
 *
 * The cursor is the greatest id that was read, and the ids below it that were not there: its gaps. Each reading looks into the gaps again.
 * A gap is given up when it is older than {@link OVERLAP_MS} *and* more than {@link OVERLAP_IDS} behind: whatever its ids were for has been
 * rolled back or deleted by then. That is the bound: a transaction that takes longer than ten minutes, while a thousand others come after
 * it, is not seen. The stock server inserts each row in a transaction of its own, with time-outs of 30 s.
 *
 * @module
 */

import { z } from "zod";
import { SyncError } from "../errors.ts";
import type { IdRange } from "./rows.ts";

/** Age after which a gap may be given up, milliseconds by this machine's wall clock: twenty times what the stock server waits for a call. */
export const OVERLAP_MS = 600_000;

/** Ids behind the newest within which no gap is given up, whatever the clock says: clocks jump. */
export const OVERLAP_IDS = 1000;

/** Gaps that are kept, the newest ones: servers that count in steps (clusters do) leave one after each row. About 50 kB. */
const MAX_GAPS = 2000;

/** Ids that were not there, from and to included, and when that was noticed, Unix milliseconds. */
export type Gap = readonly [from: number, to: number, since: number];

/** How far a table has been read. */
export interface Cursor {
  /** The greatest id that was read. */
  readonly max: number;
  /** In order of their ids. */
  readonly gaps: readonly Gap[];
}

/** Nothing has been read. */
export const START: Cursor = { max: 0, gaps: [] };

const id = z.int().nonnegative();
const schema = z.object({ v: z.literal(1), max: id, gaps: z.array(z.tuple([id, id, z.number()])) });

/**
 * Reads a checkpoint.
 *
 * @throws `SyncError` with `sync_bad_checkpoint`.
 */
export function readCursor(text: string | undefined): Cursor {
  if (text === undefined) return START;
  try {
    const { max, gaps } = schema.parse(JSON.parse(text));
    return { max, gaps };
  } catch (error) {
    const message = `Checkpoint of stock rows is '${text.slice(0, 100)}'; {"v":1,"max":<id>,"gaps":[[<from>,<to>,<since>]]} is needed`;
    throw new SyncError(message, "sync_bad_checkpoint", error);
  }
}

/** Writes a checkpoint. */
export function writeCursor({ max, gaps }: Cursor): string {
  return JSON.stringify({ v: 1, max, gaps });
}

/** The gaps as ranges to look into. */
export function rangesOf(cursor: Cursor): IdRange[] {
  return cursor.gaps.map(([from, to]) => [from, to]);
}

/**
 * The cursor of a table that ends before it: the newest rows were deleted, or the table was emptied. What comes next may have ids that were
 * read before, so some of them are read again.
 */
export function rewound(cursor: Cursor, newestId: number): Cursor {
  const max = Math.max(0, newestId - OVERLAP_IDS);
  return { max, gaps: cursor.gaps.filter(([, to]) => to <= max) };
}

/** The cursor after `late` ids out of its gaps and `ids` after its end were read, both in order. */
export function advanced(cursor: Cursor, late: readonly number[], ids: readonly number[], now: number): Cursor {
  const gaps = cursor.gaps.flatMap((gap) => without(gap, late));
  let { max } = cursor;
  for (const next of ids) {
    if (next > max + 1) gaps.push([max + 1, next - 1, now]);
    max = Math.max(max, next);
  }
  const kept = gaps.filter(([, to, since]) => now - since < OVERLAP_MS || to > max - OVERLAP_IDS);
  return { max, gaps: kept.slice(-MAX_GAPS) };
}

function without([from, to, since]: Gap, ids: readonly number[]): Gap[] {
  const parts: Gap[] = [];
  let start = from;
  for (const found of ids) {
    if (found < start || found > to) continue;
    if (found > start) parts.push([start, found - 1, since]);
    start = found + 1;
  }
  if (start <= to) parts.push([start, to, since]);
  return parts;
}
