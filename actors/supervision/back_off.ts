/**
 * How long the next restart of a child waits.
 *
 * @module
 */

import type { Random } from "../../base/random.ts";
import type { BackOff } from "./settings.ts";

/** The pace of one child's restarts. */
export class Pace {
  readonly #backOff: BackOff;
  readonly #resetMs: number;
  readonly #random: Pick<Random, "next"> | undefined;
  #inRow = 0;

  /** Without `random` there is no jitter. */
  constructor(backOff: BackOff, periodMs: number, random?: Pick<Random, "next">) {
    this.#backOff = backOff;
    this.#resetMs = backOff.resetMs ?? periodMs;
    this.#random = random;
  }

  /** Milliseconds that the next restart waits, of a child that has run for `ranMs`. */
  next(ranMs: number): number {
    if (ranMs >= this.#resetMs) this.#inRow = 0;
    const nth = this.#inRow++;
    if (nth === 0) return 0;
    const { firstMs, maxMs, factor, jitter } = this.#backOff;
    const delayMs = Math.min(maxMs, firstMs * factor ** (nth - 1));
    const swing = this.#random === undefined ? 0 : (this.#random.next() * 2 - 1) * jitter;
    return delayMs * (1 + swing);
  }
}

/** Counts restarts within a period. */
export class Intensity {
  readonly #limit: number;
  readonly #periodMs: number;
  #at: readonly number[] = [];

  constructor(limit: number, periodMs: number) {
    this.#limit = limit;
    this.#periodMs = periodMs;
  }

  /** Restarts within the period that ends `now`. */
  count(now: number): number {
    return this.#at.filter((at) => now - at < this.#periodMs).length;
  }

  /** Counts one more; false when that is more than the limit. */
  allows(now: number): boolean {
    this.#at = [...this.#at.filter((at) => now - at < this.#periodMs), now];
    return this.#at.length <= this.#limit;
  }
}
