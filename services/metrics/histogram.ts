/**
 * Histograms with explicit buckets, cumulative as Prometheus has them.
 *
 * @module
 */

import { Family, type FamilyOptions, type Labels, type LabelValues } from "./family.ts";

/** How a histogram is declared. */
export interface HistogramOptions<L extends Labels> extends FamilyOptions<L> {
  /** Upper ends of the buckets, inclusive, ascending, in the unit of the name; the last, infinite one is added. */
  readonly buckets: readonly number[];
}

/** One series of a histogram. */
export interface HistogramSample {
  /** Values of the labels, in their order. */
  readonly labels: readonly string[];
  /** Values at or below each upper end; the last one is of all. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** How values are spread. */
export interface Histogram<L extends Labels = readonly []> extends HistogramFamily {
  /** Counts a value. Allocates nothing. */
  observe(value: number, ...labels: LabelValues<L>): void;
}

/** Declares a histogram. */
export function histogram<const L extends Labels = readonly []>(options: HistogramOptions<L>): Histogram<L> {
  return new ObservedHistogram(options) as unknown as Histogram<L>;
}

/** The series of a histogram. Declared by {@link histogram}. */
export abstract class HistogramFamily extends Family {
  readonly type = "histogram";
  readonly buckets: readonly number[];
  readonly #width: number;
  readonly #counts: Float64Array;
  readonly #sums: Float64Array;

  constructor(options: HistogramOptions<Labels>) {
    super(options);
    this.buckets = options.buckets;
    this.#width = options.buckets.length + 1;
    this.#counts = new Float64Array(this.size * this.#width);
    this.#sums = new Float64Array(this.size);
  }

  protected count(value: number, a: string, b: string, c: string): void {
    // Also false of what is no number, which would poison the sum for ever.
    if (!(value > -Infinity && value < Infinity) || !this.isCounting()) return;
    const { buckets } = this;
    const series = this.place(a, b, c);
    let bucket = 0;
    while (bucket < buckets.length && value > buckets[bucket]!) bucket++;
    this.#counts[series * this.#width + bucket]!++;
    this.#sums[series]! += value;
    this.used[series] = 1;
    this.listener?.(series, value);
  }

  /** What there is now. */
  samples(): HistogramSample[] {
    return this.shown().map((series) => {
      let total = 0;
      const counts = Array.from({ length: this.#width }, (_, bucket) => total += this.#counts[series * this.#width + bucket]!);
      return { labels: this.valuesOf(series), counts, sum: this.#sums[series]! };
    });
  }
}

class ObservedHistogram extends HistogramFamily {
  observe(value: number, a = "", b = "", c = ""): void {
    this.count(value, a, b, c);
  }
}
