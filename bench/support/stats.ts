/**
 * Figures out of lists of figures.
 *
 * @module
 */

/** The value below which the share `q` of `values` lies (nearest rank); NaN for none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? NaN;
}

/** Median, 95th and 99th percentile and maximum as table cells. */
export function spread(values: readonly number[], digits = 1): string[] {
  return [0.5, 0.95, 0.99, 1].map((q) => fixed(quantile(values, q), digits));
}

/** A number as a table cell; a dash where there is none. */
export function fixed(value: number | undefined, digits: number): string {
  return value === undefined || !Number.isFinite(value) ? "-" : value.toFixed(digits);
}

/** A share as a table cell, such as `1.25 %`. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? "-" : `${(100 * part / whole).toFixed(2)} %`;
}
