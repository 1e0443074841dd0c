/**
 * Once more, where two transactions stood in each other's way.
 *
 * @module
 */

import { delay } from "../../base/clock.ts";
import { HistoryError } from "../history/errors.ts";
import type { Database } from "./database.ts";

/** Tries in all: a transaction loses a deadlock to one that then ends, so a few are enough unless the server is overrun. */
const TRIES = 5;
/** First pause, milliseconds: about what a transaction takes. Each further one is twice as long, up to half of it less at random. */
const FIRST_PAUSE_MS = 10;

/**
 * Runs `body` again after a deadlock, a lock that was not free in time, or a row that another changed meanwhile: each has rolled back all
 * that `body` did.
 *
 * @throws {HistoryError} `history_busy` when it was in vain.
 */
export async function retrying<T>(database: Pick<Database, "clock" | "random">, body: () => Promise<T>): Promise<T> {
  for (let tries = 1, pauseMs = FIRST_PAUSE_MS;; tries++, pauseMs *= 2) {
    try {
      return await body();
    } catch (error) {
      if (!(error instanceof HistoryError) || error.code !== "history_busy" || tries >= TRIES) throw error;
    }
    await delay(database.clock, pauseMs * (1 - database.random.next() / 2));
  }
}
