/**
 * How many turns a batch has, from how the ones before went.
 *
 * @module
 */

import { FIRST_BATCH_TURNS, MAX_BATCH_TURNS, QUICK_BATCH_MS, SLOW_BATCH_MS } from "./limits.ts";

/** Grows while batches are applied quickly, and shrinks when they take long or fail. */
export class BatchSize {
  #turns = FIRST_BATCH_TURNS;

  /** Turns of the next batch. */
  get turns(): number {
    return this.#turns;
  }

  /** Takes in a batch that was applied within `ms` milliseconds. */
  applied(ms: number): void {
    if (ms <= QUICK_BATCH_MS) this.#turns = Math.min(MAX_BATCH_TURNS, this.#turns * 2);
    else if (ms > SLOW_BATCH_MS) this.failed();
  }

  /** Takes in a batch that was not applied. */
  failed(): void {
    this.#turns = Math.max(1, Math.ceil(this.#turns / 2));
  }
}
