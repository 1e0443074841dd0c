/**
 * How much of what happened in the last minutes went well.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";

const MINUTE_MS = 60_000;

/** A share over the last few minutes, in a bucket for each: bounded, however much happens. */
export class RecentRatio {
  readonly #clock: Pick<Clock, "now">;
  readonly #good: Float64Array;
  readonly #all: Float64Array;
  /** Minute of the clock that each bucket is of. */
  readonly #minutes: Float64Array;

  constructor(clock: Pick<Clock, "now">, minutes = 5) {
    this.#clock = clock;
    this.#good = new Float64Array(minutes);
    this.#all = new Float64Array(minutes);
    this.#minutes = new Float64Array(minutes).fill(-1);
  }

  /** Counts what happened: `all` times, of which `good` went well. */
  add(good: number, all: number): void {
    const minute = Math.floor(this.#clock.now() / MINUTE_MS);
    const bucket = minute % this.#all.length;
    if (this.#minutes[bucket] !== minute) {
      this.#minutes[bucket] = minute;
      this.#good[bucket] = 0;
      this.#all[bucket] = 0;
    }
    this.#good[bucket]! += good;
    this.#all[bucket]! += all;
  }

  /** The share, 0 to 1; undefined where nothing happened. */
  get value(): number | undefined {
    const oldest = Math.floor(this.#clock.now() / MINUTE_MS) - this.#all.length;
    let good = 0;
    let all = 0;
    for (let bucket = 0; bucket < this.#all.length; bucket++) {
      if (this.#minutes[bucket]! <= oldest) continue;
      good += this.#good[bucket]!;
      all += this.#all[bucket]!;
    }
    return all === 0 ? undefined : Math.min(1, Math.max(0, good / all));
  }
}
