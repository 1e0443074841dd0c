/**
 * How much counters grew within the last while.
 *
 * @module
 */

/** Samples that cover the longest span; a finer cut changes no rate that an alert asks for. */
const SAMPLES = 360;

/** Growth of counters. */
export interface Growth {
  /** How much each counter grew. */
  readonly by: readonly number[];
  /** How much of the span is known, milliseconds. */
  readonly coveredMs: number;
}

/** Samples of counters that only grow, kept as long as the longest span asks for. */
export class CounterWindow {
  readonly #longestMs: number;
  readonly #samples: { readonly at: number; readonly values: readonly number[] }[] = [];
  #latest: readonly number[] = [];

  /** `longestMs` is the longest span that will be asked for, milliseconds. */
  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  /** Takes what the counters say at `now`, monotonic milliseconds. Counters that went down have begun anew, and so does the window. */
  add(now: number, values: readonly number[]): void {
    if (values.length !== this.#latest.length || values.some((value, index) => value < this.#latest[index]!)) this.#samples.length = 0;
    this.#latest = values;
    const last = this.#samples.at(-1);
    if (last === undefined || now - last.at >= this.#longestMs / SAMPLES) this.#samples.push({ at: now, values });
    // One sample older than the span is needed to know where the span began.
    while (this.#samples.length > 1 && this.#samples[1]!.at <= now - this.#longestMs) this.#samples.shift();
  }

  /** Growth within the `spanMs` before `now`, or within what is known of it. */
  growth(now: number, spanMs: number): Growth {
    const from = this.#samples.findLast(({ at }) => at <= now - spanMs) ?? this.#samples[0];
    if (from === undefined) return { by: [], coveredMs: 0 };
    return { by: this.#latest.map((value, index) => value - from.values[index]!), coveredMs: Math.min(now - from.at, spanMs) };
  }
}
