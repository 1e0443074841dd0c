/**
 * Counters and gauges.
 *
 * @module
 */

import { Family, type FamilyOptions, type Labels, type LabelValues, type Sample } from "./family.ts";

/** Says a value while metrics are collected. */
export type Tell<L extends Labels> = (value: number, ...labels: LabelValues<L>) => void;

/** What the metrics of single values have in common. */
export abstract class SingleValue extends Family {
  protected readonly values: Float64Array;
  #source: ((tell: Tell<Labels>) => void) | undefined;

  constructor(options: FamilyOptions<Labels>) {
    super(options);
    this.values = new Float64Array(this.size);
  }

  /** Whether it is read from elsewhere when metrics are collected. */
  get isRead(): boolean {
    return this.#source !== undefined;
  }

  /** What there is now. A source that throws has nothing to tell. */
  samples(): Sample[] {
    if (this.#source !== undefined) this.#read(this.#source);
    return this.shown().map((series) => ({ labels: this.valuesOf(series), value: this.values[series]! }));
  }

  protected readFrom(source: (tell: Tell<Labels>) => void): void {
    this.#source = source;
  }

  protected abstract take(series: number, value: number): void;

  #read(source: (tell: Tell<Labels>) => void): void {
    this.used.fill(0);
    this.values.fill(0);
    const tell = (value: number, a = "", b = "", c = "") => {
      // Two values that both count as `other` are one series.
      if (Number.isFinite(value)) this.take(this.place(a, b, c), value);
    };
    try {
      source(tell as Tell<Labels>);
    } catch {
      this.used.fill(0);
    }
  }
}

/** Something that only grows. */
export interface Counter<L extends Labels = readonly []> extends SingleValue {
  readonly type: "counter";
  /** Counts `value` more, which is not negative. Allocates nothing. */
  add(value: number, ...labels: LabelValues<L>): void;
  /** Has totals that are counted elsewhere read from there. */
  read(source: (tell: Tell<L>) => void): void;
  /** The count of a series. */
  get(...labels: LabelValues<L>): number;
}

/** Something that goes up and down. */
export interface Gauge<L extends Labels = readonly []> extends SingleValue {
  readonly type: "gauge";
  /** Sets the value. Allocates nothing. */
  set(value: number, ...labels: LabelValues<L>): void;
  /** Has values read from elsewhere; a series that is not told of is not shown. */
  read(source: (tell: Tell<L>) => void): void;
}

/** Declares a counter. */
export function counter<const L extends Labels = readonly []>(options: FamilyOptions<L>): Counter<L> {
  return new CounterFamily(options) as unknown as Counter<L>;
}

/** Declares a gauge. */
export function gauge<const L extends Labels = readonly []>(options: FamilyOptions<L>): Gauge<L> {
  return new GaugeFamily(options) as unknown as Gauge<L>;
}

class CounterFamily extends SingleValue {
  readonly type = "counter";

  add(value: number, a = "", b = "", c = ""): void {
    // A counter that went down would look like a restart of the process.
    if (!(value >= 0) || !this.isCounting()) return;
    const series = this.place(a, b, c);
    this.take(series, value);
    this.listener?.(series, value);
  }

  get(a = "", b = "", c = ""): number {
    return this.values[this.place(a, b, c)]!;
  }

  read(source: (tell: Tell<Labels>) => void): void {
    this.readFrom(source);
  }

  protected override take(series: number, value: number): void {
    this.values[series]! += value;
    this.used[series] = 1;
  }
}

class GaugeFamily extends SingleValue {
  readonly type = "gauge";

  set(value: number, a = "", b = "", c = ""): void {
    const series = this.place(a, b, c);
    this.values[series] = value;
    this.used[series] = 1;
  }

  read(source: (tell: Tell<Labels>) => void): void {
    this.readFrom(source);
  }

  protected override take(series: number, value: number): void {
    this.values[series]! += value;
    this.used[series] = 1;
  }
}
