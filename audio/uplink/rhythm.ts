/**
 * How long a person is silent in the middle of what they say, learned while they speak: who pauses long is waited for longer, who speaks
 * in one go is answered sooner.
 *
 * @module
 */

import type { UplinkTuning } from "./tuning.ts";

/**
 * The silence waited for is this much of the person's usual pause. A pause that would have been cut is not seen as a pause, so there must
 * be room above the usual one to notice that pauses grow.
 */
const HEADROOM = 1.5;

/** Weight of a pause within an utterance: about five of them make a habit, and one long breath does not. */
const WITHIN_WEIGHT = 0.2;

/**
 * Weight of a pause that was taken for the end. It is known to have been one, and the person was cut off: with this weight the same pause
 * is waited out the next time, unless it is the maximum itself.
 */
const CUT_WEIGHT = 0.75;

/**
 * Shorter silences belong to words, not to their speaker: stop consonants take 50 to 100 ms, and the end of a phrase in fluent speech
 * hardly more.
 */
export const MIN_PAUSE_MS = 160;

/** The settings that a rhythm is bounded by. */
export type RhythmTuning = Pick<UplinkTuning, "silenceMs" | "minSilenceMs" | "maxSilenceMs" | "adaptive">;

/**
 * The rhythm of one person, or of whoever speaks to one device: an exponential moving average of pauses. It knows nothing of time; the same
 * pauses in the same order give the same silence to wait for.
 */
export class Rhythm {
  readonly #adaptive: boolean;
  readonly #least: number;
  readonly #most: number;
  #usual: number;

  /** A `silenceMs` outside of the bounds widens them: what was asked for is never overruled from the start. */
  constructor({ silenceMs, minSilenceMs, maxSilenceMs, adaptive }: RhythmTuning) {
    this.#adaptive = adaptive;
    this.#least = adaptive ? Math.min(minSilenceMs, silenceMs) : silenceMs;
    this.#most = adaptive ? Math.max(maxSilenceMs, silenceMs) : silenceMs;
    this.#usual = silenceMs / HEADROOM;
  }

  /** Milliseconds of silence that mean the end now. */
  get silenceMs(): number {
    return this.#usual * HEADROOM;
  }

  /** {@link Rhythm.silenceMs} is never below this. */
  get leastMs(): number {
    return this.#least;
  }

  /** {@link Rhythm.silenceMs} is never above this. */
  get mostMs(): number {
    return this.#most;
  }

  /** Takes a pause after which the person went on within the utterance. */
  wentOn(pauseMs: number): void {
    if (pauseMs >= MIN_PAUSE_MS) this.#learn(pauseMs, WITHIN_WEIGHT);
  }

  /** Takes a silence that was taken for the end although the person went on. One that no setting would have waited for teaches nothing. */
  wasCut(pauseMs: number): void {
    if (pauseMs <= this.#most) this.#learn(pauseMs, CUT_WEIGHT);
  }

  #learn(pauseMs: number, weight: number): void {
    if (!this.#adaptive) return;
    const usual = this.#usual + weight * (pauseMs - this.#usual);
    this.#usual = Math.min(this.#most, Math.max(this.#least, usual * HEADROOM)) / HEADROOM;
  }
}
