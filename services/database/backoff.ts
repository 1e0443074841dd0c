/**
 * Pauses between attempts to reach a server that is down, so that many callers do not each wait for it in vain.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";

/** First pause, milliseconds: a server that restarts is back in about a second. */
const FIRST_PAUSE_MS = 250;
/** Longest pause, milliseconds: within this the server is used again once it is back. */
const MAX_PAUSE_MS = 5_000;

/** An attempt to reach the server; its outcome is told once. */
export interface Attempt {
  failed(): void;
  succeeded(): void;
}

/** One server's pauses. Each is twice as long as the one before, less up to half of it at random. */
export class Backoff {
  readonly #clock: Clock;
  readonly #random: Random;
  #pauseMs = 0;
  #until = -Infinity;
  /** Failures so far: attempts that began together and all fail lengthen the pause once. */
  #round = 0;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** How long nobody is to try, milliseconds; 0 when the server may be tried. */
  get waitMs(): number {
    return Math.max(0, this.#until - this.#clock.now());
  }

  /** Begins an attempt. Where the server was down, others wait for what comes of it. */
  begin(): Attempt {
    const round = this.#round;
    if (this.#pauseMs > 0) this.#until = this.#clock.now() + this.#pauseMs;
    return {
      failed: () => {
        if (round !== this.#round) return;
        this.#round++;
        this.#pauseMs = this.#pauseMs === 0 ? FIRST_PAUSE_MS : Math.min(MAX_PAUSE_MS, this.#pauseMs * 2);
        this.#until = this.#clock.now() + this.#pauseMs * (1 - this.#random.next() / 2);
      },
      succeeded: () => {
        this.#round++;
        this.#pauseMs = 0;
        this.#until = -Infinity;
      },
    };
  }
}
