/**
 * Notices a server that leaves the device stuck in speaking after an interruption.
 *
 * @module
 */

import type { Clock, TimerId } from "../../base/clock.ts";

/** How long a server may take from `abort` to `tts stop`, milliseconds: a slow network's round trip is far below. */
export const ABORT_ANSWER_MS = 2000;

/** A timer from `abort` to `tts stop`. */
export class AbortWatch {
  readonly #clock: Clock;
  readonly #onLate: () => void;
  #timer: TimerId | undefined;

  /** @param onLate Called when no answer came in time. */
  constructor(clock: Clock, onLate: () => void) {
    this.#clock = clock;
    this.#onLate = onLate;
  }

  /** `abort` was sent. */
  start(): void {
    this.stop();
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#onLate();
    }, ABORT_ANSWER_MS);
  }

  /** It was answered, or nobody can answer it any more. */
  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
