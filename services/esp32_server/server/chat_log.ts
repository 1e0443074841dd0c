/**
 * The last exchanges of the served chat, for GET /api/chat/history.
 *
 * @module
 */

import type { RemoteRecord } from "../stages.ts";

/** Exchanges kept: 30 minutes, the sync's window, of one exchange every two seconds. */
const MAX_RECORDS = 1000;

/** Kept in memory only: this server is the reference of the contract, not a database. */
export class ChatLog {
  readonly #records: RemoteRecord[] = [];

  /** Adds an exchange; the oldest makes room. */
  add(record: RemoteRecord): void {
    this.#records.push(record);
    if (this.#records.length > MAX_RECORDS) this.#records.shift();
  }

  /** Exchanges from `since` (Unix milliseconds) on, oldest first. */
  since(since: number): readonly RemoteRecord[] {
    return this.#records.filter(({ createdAt = 0 }) => createdAt >= since);
  }
}
