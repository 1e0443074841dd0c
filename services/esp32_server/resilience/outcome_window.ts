/**
 * How many calls of the last while failed.
 *
 * @module
 */

import type { Clock } from "../../../base/clock.ts";

/** Parts of the window; the oldest is forgotten as a whole, so its length is the error in the window's. */
const BUCKETS = 10;

interface Bucket {
  readonly startedAt: number;
  calls: number;
  failures: number;
}

/** Calls and failures within a sliding window of time, in constant memory. */
export class OutcomeWindow {
  readonly #clock: Clock;
  readonly #windowMs: number;
  #buckets: Bucket[] = [];

  constructor(clock: Clock, windowMs: number) {
    this.#clock = clock;
    this.#windowMs = windowMs;
  }

  /** Notes a call. */
  add(failed: boolean): void {
    const now = this.#clock.now();
    let bucket = this.#buckets.at(-1);
    if (bucket === undefined || now - bucket.startedAt >= this.#windowMs / BUCKETS) {
      bucket = { startedAt: now, calls: 0, failures: 0 };
      this.#buckets.push(bucket);
    }
    bucket.calls++;
    if (failed) bucket.failures++;
    this.#buckets = this.#buckets.filter(({ startedAt }) => now - startedAt < this.#windowMs);
  }

  /** Calls in the window. */
  get calls(): number {
    return this.#sum("calls");
  }

  /** Those of them that failed. */
  get failures(): number {
    return this.#sum("failures");
  }

  /** Forgets everything. */
  clear(): void {
    this.#buckets = [];
  }

  #sum(key: "calls" | "failures"): number {
    const now = this.#clock.now();
    return this.#buckets.reduce((sum, bucket) => now - bucket.startedAt < this.#windowMs ? sum + bucket[key] : sum, 0);
  }
}
