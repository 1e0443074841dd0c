/**
 * When speech begins and ends, decided from probabilities and sample positions alone. The same probabilities give the same decisions,
 * however the audio arrived.
 *
 * @module
 */

import { SAMPLES_PER_MS } from "./limits.ts";
import { Rhythm } from "./rhythm.ts";
import type { UplinkTuning } from "./tuning.ts";

/**
 * Milliseconds of silence that end a stretch before it has become speech. A stop consonant is a silence of 50 to 100 ms within a word
 * ("stop" is one), and must not cut the word in two too short halves.
 */
const CANDIDATE_GAP_MS = 128;

/** What the endpointer found. */
export type EndpointDecision =
  /** Speech is certain; it began at `start`. */
  | { readonly type: "started"; readonly start: number }
  /** Speech ended at `speechEnd`, found out at `position`. */
  | { readonly type: "ended"; readonly speechEnd: number; readonly position: number; readonly speechSamples: number }
  /** The person has been silent since `speechEnd` for the least silence that may mean the end, and may yet go on. */
  | { readonly type: "paused"; readonly speechEnd: number; readonly position: number; readonly speechSamples: number }
  /** The person goes on after what was reported as paused. */
  | { readonly type: "resumed" }
  /** A stretch was too short to be speech. */
  | { readonly type: "discarded" };

/** Hysteresis over windows of a VAD: quiet, candidate (not long enough yet), speech. */
export class Endpointer {
  readonly #tuning: UplinkTuning;
  readonly #rhythm: Rhythm;
  #state: "quiet" | "candidate" | "speech" = "quiet";
  #voiced = false;
  #start = 0;
  #speechEnd = 0;
  #speech = 0;
  #paused = false;
  /** Where the speech ended that the last silence ended; `undefined` where something else did. */
  #lastEnd: number | undefined;

  constructor(tuning: UplinkTuning, rhythm: Rhythm = new Rhythm(tuning)) {
    this.#tuning = tuning;
    this.#rhythm = rhythm;
  }

  /** Whether speech is certain and has not ended. */
  get speaking(): boolean {
    return this.#state === "speech";
  }

  /** Where the stretch under way began; `undefined` while quiet. */
  get start(): number | undefined {
    return this.#state === "quiet" ? undefined : this.#start;
  }

  /** Where the last voiced window of the stretch under way ended. */
  get speechEnd(): number {
    return this.#speechEnd;
  }

  /** Takes the next window, which reaches from where the last one ended to `end`. */
  window(start: number, end: number, probability: number): EndpointDecision | undefined {
    const { startThreshold, stopThreshold } = this.#tuning;
    if (probability >= startThreshold) this.#voiced = true;
    else if (probability < stopThreshold) this.#voiced = false;
    if (this.#state === "quiet") {
      if (!this.#voiced) return undefined;
      this.#state = "candidate";
      this.#start = start;
      this.#speech = 0;
    }
    if (this.#voiced) return this.#voice(start, end);
    const silence = end - this.#speechEnd;
    if (this.#state === "speech") return this.#silence(silence, end);
    if (silence < CANDIDATE_GAP_MS * SAMPLES_PER_MS) return undefined;
    return this.finish(end);
  }

  #voice(start: number, end: number): EndpointDecision | undefined {
    const pause = start - this.#speechEnd;
    this.#speech += end - start;
    this.#speechEnd = end;
    if (this.#state === "speech") {
      this.#rhythm.wentOn(pause / SAMPLES_PER_MS);
      if (!this.#paused) return undefined;
      this.#paused = false;
      return { type: "resumed" };
    }
    if (this.#speech < this.#tuning.minSpeechMs * SAMPLES_PER_MS) return undefined;
    this.#state = "speech";
    if (this.#lastEnd !== undefined) this.#rhythm.wasCut((this.#start - this.#lastEnd) / SAMPLES_PER_MS);
    this.#lastEnd = undefined;
    return { type: "started", start: this.#start };
  }

  #silence(silence: number, position: number): EndpointDecision | undefined {
    if (silence >= this.#rhythm.silenceMs * SAMPLES_PER_MS) {
      this.#lastEnd = this.#speechEnd;
      return this.finish(position);
    }
    if (this.#paused || silence < this.#tuning.minSilenceMs * SAMPLES_PER_MS) return undefined;
    this.#paused = true;
    return { type: "paused", speechEnd: this.#speechEnd, position, speechSamples: this.#speech };
  }

  /** Time has passed that no window shows: what follows does not tell how long the person paused after the last utterance. */
  gap(): void {
    this.#lastEnd = undefined;
  }

  /** Ends whatever is under way at `position`: speech, or a stretch that is too short to be speech. */
  finish(position: number): EndpointDecision | undefined {
    const state = this.#state;
    this.#state = "quiet";
    this.#voiced = false;
    this.#paused = false;
    if (state === "quiet") return undefined;
    if (state === "candidate") return { type: "discarded" };
    return { type: "ended", speechEnd: this.#speechEnd, position, speechSamples: this.#speech };
  }
}
