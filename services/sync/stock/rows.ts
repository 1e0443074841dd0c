/**
 * Rows of the stock server's chat history, wherever they are kept: in its own MySQL tables, or in the reports that it sends.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** Hexadecimal digits of a key: 128 bits. */
const KEY_DIGITS = 32;

/** Who speaks in a row (interop reference 2.4: 1 user, 2 agent, 3 tool). */
export type StockSpeaker = "user" | "agent" | "tool";

/** A row. */
export interface StockRow {
  /** Grows with the inserts; not with the commits. */
  readonly id: number;
  /** What the row is known by: see {@link rowKey}. */
  readonly key: string;
  /** MAC address in lower case; empty where there is none. */
  readonly deviceId: string;
  /** Empty where there is none. */
  readonly sessionId: string;
  readonly speaker: StockSpeaker;
  /** As it was sent: see `spokenText`. */
  readonly content: string;
  /** Key of its audio, where it has one. */
  readonly audioId?: string;
  /** `YYYY-MM-DD HH:MM:SS.mmm`, as it stands in the table: what rows of a session are ordered by, together with the id. */
  readonly createdAt: string;
  /** The same as Unix milliseconds. */
  readonly time: number;
}

/** Ids from the first to the second, both included. */
export type IdRange = readonly [from: number, to: number];

/** Where rows are kept. Calls reject when they cannot be read. */
export interface StockTables {
  /** The greatest id; 0 in an empty table. */
  newestId(): Promise<number>;
  /** The first `limit` rows after an id, by id. */
  after(id: number, limit: number): Promise<readonly StockRow[]>;
  /** The first `limit` rows with ids in any of `ranges`, by id. */
  within(ranges: readonly IdRange[], limit: number): Promise<readonly StockRow[]>;
  /**
   * All rows of a session from the last user row before `first` to the first user row after `last`, both included, with all rows of their
   * milliseconds.
   */
  around(first: StockRow, last: StockRow): Promise<readonly StockRow[]>;
  /**
   * All rows of some sessions, of each as many as {@link around} gives for any of them, or more; undefined where they are more than `limit`
   * together. Sessions are short, and many cost little more than one.
   */
  sessions(sessionIds: readonly string[], limit: number): Promise<readonly StockRow[] | undefined>;
  /** Titles of sessions, of those that have one. */
  titles(sessionIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Audio by its key; undefined where it is gone or larger than `maxBytes`. */
  audio(audioId: string, maxBytes: number): Promise<Uint8Array | undefined>;
}

/**
 * What a row is known by, wherever and whenever it is read: its device, session, type, time and content. **The rule:** rows that are equal in
 * all of them are one. A stock server that got no answer reports again, and its manager-api makes a second row of that; and what was reported
 * here is the same as what stands in the table, for those who take in both.
 *
 * @param time Unix milliseconds; something that occurs once where there is none.
 */
export function rowKey(deviceId: string, sessionId: string, chatType: string | number, time: number | string, content: string): string {
  const text = JSON.stringify([deviceId, sessionId, String(chatType), time, content]);
  return createHash("sha256").update(text).digest("hex").slice(0, KEY_DIGITS);
}

/** The order of rows in a session: by the time that the sender gave them, and where that is equal by id. */
export function byTime(a: StockRow, b: StockRow): number {
  return a.createdAt === b.createdAt ? a.id - b.id : a.createdAt < b.createdAt ? -1 : 1;
}

/** Of all rows of a session those that `StockTables.around` gives. */
export function stretchOf(rows: readonly StockRow[], first: StockRow, last: StockRow): StockRow[] {
  const users = rows.filter(({ speaker }) => speaker === "user").map(({ createdAt }) => createdAt).sort();
  const from = users.findLast((at) => at < first.createdAt) ?? "";
  const until = users.find((at) => at > last.createdAt);
  return rows.filter(({ createdAt }) => createdAt >= from && (until === undefined || createdAt <= until));
}

/** The speaker of a `chat_type`; undefined for a number that has no meaning. */
export function speakerOf(chatType: unknown): StockSpeaker | undefined {
  const speakers: Readonly<Record<string, StockSpeaker>> = { 1: "user", 2: "agent", 3: "tool" };
  return speakers[String(chatType)];
}
