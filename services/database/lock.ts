/**
 * A lock by name at the database server. It belongs to a connection, and is free when that is gone.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { HistoryError } from "../history/errors.ts";
import type { Session } from "./session.ts";

/** How long one statement waits for the lock, seconds: how late a signal to give up is noticed by the server. */
const WAIT_SECONDS = 2;
/** How long that statement may take, milliseconds: its wait, and a server that is busy migrating. */
const STATEMENT_MS = 32_000;
/** How often that is done: 10 minutes in all, in which another node can build an index of millions of rows. */
const WAITS = 300;

/** The name of a lock: those of a server are shared by all its databases, have no upper and lower case, and at most 64 characters. */
export function lockName(what: string, database: { readonly name: string; readonly prefix: string }): string {
  return `xiaozhi:${createHash("sha256").update(`${database.name}\n${database.prefix}\n${what}`).digest("hex").slice(0, 40)}`;
}

/**
 * Runs `body` while the session holds the lock.
 *
 * @throws {HistoryError} `history_busy` when another holds it for ten minutes.
 */
export async function withLock<T>(session: Session, name: string, body: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let waits = 0;; waits++) {
    const [row] = await session.rows("SELECT GET_LOCK(?, ?) AS got", [name, WAIT_SECONDS], { timeoutMs: STATEMENT_MS, signal });
    if (Number(row?.got) === 1) break;
    if (waits >= WAITS) {
      throw new HistoryError("Cannot migrate: another program has been migrating the database for 10 min", "history_busy");
    }
  }
  try {
    return await body();
  } finally {
    if (!session.broken) await session.rows("SELECT RELEASE_LOCK(?)", [name]).catch(() => {});
  }
}
