/**
 * Rows of a stock server in memory, each visible when the test says so.
 *
 * @module
 */

import { byTime, type IdRange, type StockRow, type StockSpeaker, type StockTables } from "../../../../services/sync/stock/rows.ts";

/** Rows that are visible. */
export class MemoryTables implements StockTables {
  readonly rows: StockRow[] = [];
  readonly sounds = new Map<string, Uint8Array>();
  readonly names = new Map<string, string>();
  /** Rows of sessions that are given together, at most. */
  largest = Infinity;
  /** What calls fail with. */
  failure: Error | undefined;

  newestId(): Promise<number> {
    return this.#answer(Math.max(0, ...this.rows.map(({ id }) => id)));
  }

  after(id: number, limit: number): Promise<readonly StockRow[]> {
    return this.#answer(this.#byId((row) => row.id > id).slice(0, limit));
  }

  within(ranges: readonly IdRange[], limit: number): Promise<readonly StockRow[]> {
    return this.#answer(this.#byId(({ id }) => ranges.some(([from, to]) => id >= from && id <= to)).slice(0, limit));
  }

  around(first: StockRow, last: StockRow): Promise<readonly StockRow[]> {
    const session = this.rows.filter(({ sessionId }) => sessionId === first.sessionId).sort(byTime);
    const users = session.filter(({ speaker }) => speaker === "user").map(({ createdAt }) => createdAt);
    const from = users.findLast((at) => at < first.createdAt) ?? "";
    const until = users.find((at) => at > last.createdAt) ?? "~";
    return this.#answer(session.filter(({ createdAt }) => createdAt >= from && createdAt <= until));
  }

  sessions(sessionIds: readonly string[], limit: number): Promise<readonly StockRow[] | undefined> {
    const found = this.rows.filter(({ sessionId }) => sessionIds.includes(sessionId));
    return this.#answer(found.length > Math.min(limit, this.largest) ? undefined : found);
  }

  titles(): Promise<ReadonlyMap<string, string>> {
    return this.#answer(this.names);
  }

  audio(audioId: string): Promise<Uint8Array | undefined> {
    return this.#answer(this.sounds.get(audioId));
  }

  #byId(matches: (row: StockRow) => boolean): StockRow[] {
    return this.rows.filter(matches).sort((a, b) => a.id - b.id);
  }

  #answer<T>(value: T): Promise<T> {
    return this.failure === undefined ? Promise.resolve(value) : Promise.reject(this.failure);
  }
}

/** A row of a session, `second` seconds after the beginning of 2026. */
export function stockRow(id: number, speaker: StockSpeaker, content: string, second: number, more: Partial<StockRow> = {}): StockRow {
  const time = Date.UTC(2026, 0, 1) + second * 1000;
  const createdAt = new Date(time).toISOString().slice(0, 23).replace("T", " ");
  return { id, key: String(id), deviceId: "aa:bb:cc:dd:ee:ff", sessionId: "s1", speaker, content, createdAt, time, ...more };
}
