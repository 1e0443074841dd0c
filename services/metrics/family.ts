/**
 * A metric with all its series, in arrays that were made when it was declared: counting allocates nothing.
 *
 * @module
 */

import { AppError } from "../../base/errors.ts";
import { type LabelSet, OTHER } from "./labels.ts";

/** Labels of a metric, at most {@link MAX_LABELS}. */
export type Labels = readonly LabelSet[];

/** Values for labels, in their order. */
export type LabelValues<L extends Labels> = { readonly [K in keyof L]: L[K] extends LabelSet<infer V> ? V : never };

/** What every metric is declared with. */
export interface FamilyOptions<L extends Labels> {
  /** As it is exported: base units, counters end with `_total`. */
  readonly name: string;
  /** One sentence for people. */
  readonly help: string;
  readonly labels?: L;
  /** Whether every series of known labels is there from the start with 0, so that a first increase is one. Without labels it always is. */
  readonly fromStart?: boolean;
}

/** One value of a series. */
export interface Sample {
  /** Values of the labels, in their order. */
  readonly labels: readonly string[];
  readonly value: number;
}

/** Hears what is counted, as it is counted. Must not throw. */
export type SeriesListener = (series: number, value: number) => void;

/** Labels of one metric: each more multiplies the series. */
const MAX_LABELS = 3;

/** Series of one metric. More is a mistake of its labels: at 8 bytes each this is half a mebibyte. */
const MAX_SERIES = 65_536;

/** What counters, gauges and histograms have in common. */
export abstract class Family {
  abstract readonly type: "counter" | "gauge" | "histogram";
  readonly name: string;
  readonly help: string;
  readonly labels: Labels;
  /** Most series. */
  readonly size: number;
  /** Whether a series was ever counted. */
  protected readonly used: Uint8Array;
  protected listener: SeriesListener | undefined;
  /** Whether anything is counted now. */
  protected isCounting: () => boolean = always;

  constructor({ name, help, labels = [], fromStart = false }: FamilyOptions<Labels>) {
    this.name = name;
    this.help = help;
    this.labels = labels;
    this.size = labels.reduce((size, label) => size * label.size, 1);
    if (labels.length > MAX_LABELS || this.size > MAX_SERIES) {
      throw new AppError(
        `Metric ${name} would have ${labels.length} labels and ${this.size} series; at most ${MAX_LABELS} and ${MAX_SERIES} are kept`,
        {
          code: "metric_too_large",
        },
      );
    }
    this.used = new Uint8Array(this.size);
    if (!fromStart && labels.length > 0) return;
    for (let series = 0; series < this.size; series++) if (!this.valuesOf(series).includes(OTHER)) this.used[series] = 1;
  }

  /** Has `listener` hear of everything from now on; the last one set hears. */
  listen(listener: SeriesListener): void {
    this.listener = listener;
  }

  /** Has what is to be counted ignored while `isOn` says no. */
  countWhile(isOn: () => boolean): void {
    this.isCounting = isOn;
  }

  /** Values of the labels of a series. */
  valuesOf(series: number): string[] {
    const values: string[] = [];
    let rest = series;
    for (const label of this.labels.toReversed()) {
      values.unshift(label.at(rest % label.size));
      rest = Math.floor(rest / label.size);
    }
    return values;
  }

  /** Series that are shown. */
  protected shown(): number[] {
    return Array.from(this.used.keys()).filter((series) => this.used[series] === 1);
  }

  /** Place of a series. Written without a loop over arguments, which would allocate. */
  protected place(a: string, b: string, c: string): number {
    const { labels } = this;
    if (labels.length === 0) return 0;
    let series = labels[0]!.indexOf(a);
    if (labels.length > 1) series = series * labels[1]!.size + labels[1]!.indexOf(b);
    if (labels.length > 2) series = series * labels[2]!.size + labels[2]!.indexOf(c);
    return series;
  }
}

function always(): boolean {
  return true;
}
