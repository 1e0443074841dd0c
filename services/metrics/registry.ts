/**
 * All metrics of a process, and when they are collected.
 *
 * @module
 */

import { AppError } from "../../base/errors.ts";
import { type Counter, counter, type Gauge, gauge } from "./counter.ts";
import type { FamilyOptions, Labels } from "./family.ts";
import { type Histogram, histogram, type HistogramFamily, type HistogramOptions } from "./histogram.ts";

/** Any metric. */
export type AnyFamily = Counter<Labels> | Gauge<Labels> | HistogramFamily;

/** Declares metrics and collects them. */
export class Registry {
  readonly #families = new Map<string, AnyFamily>();
  readonly #before: (() => Promise<void>)[] = [];
  #collecting: Promise<void> | undefined;

  /** With `isOn`, counters and histograms stand still while it says no; gauges tell of what is, and go on. */
  constructor(readonly isOn: () => boolean = () => true) {}

  /** The metrics in the order of their declaration. */
  get families(): readonly AnyFamily[] {
    return [...this.#families.values()];
  }

  /** Declares a counter. */
  counter<const L extends Labels = readonly []>(options: FamilyOptions<L>): Counter<L> {
    return this.#add(counter(options));
  }

  /** Declares a gauge. */
  gauge<const L extends Labels = readonly []>(options: FamilyOptions<L>): Gauge<L> {
    return this.#add(gauge(options));
  }

  /** Declares a histogram. */
  histogram<const L extends Labels = readonly []>(options: HistogramOptions<L>): Histogram<L> {
    return this.#add(histogram(options));
  }

  /** Has `fetch` called before values are read, for those that cannot be had at once. What it throws is ignored: the last values stay. */
  beforeCollecting(fetch: () => Promise<void>): void {
    this.#before.push(fetch);
  }

  /** Fetches what has to be waited for; collections at the same time share it. Never rejects. */
  collect(): Promise<void> {
    return this.#collecting ??= Promise.allSettled(this.#before.map((fetch) => fetch())).then(() => {
      this.#collecting = undefined;
    });
  }

  #add<F extends { readonly name: string }>(family: F): F {
    if (this.#families.has(family.name)) {
      throw new AppError(`Metric ${family.name} is declared twice`, { code: "metric_declared" });
    }
    (family as unknown as AnyFamily).countWhile(this.isOn);
    this.#families.set(family.name, family as unknown as AnyFamily);
    return family;
  }
}
