/**
 * Quantiles of histograms.
 *
 * @module
 */

/**
 * Estimates a quantile (0 to 1) from cumulative counts as Prometheus does: evenly spread within a bucket, and the end of the last finite
 * bucket for what is beyond it. `counts` has one number more than `buckets`, that of all. 0 where nothing was counted.
 */
export function quantile(part: number, buckets: readonly number[], counts: readonly number[]): number {
  const total = counts.at(-1) ?? 0;
  if (total <= 0) return 0;
  const rank = part * total;
  const bucket = counts.findIndex((count) => count >= rank);
  const end = buckets[bucket];
  if (end === undefined) return buckets.at(-1) ?? 0;
  const before = counts[bucket - 1] ?? 0;
  const start = buckets[bucket - 1] ?? 0;
  return start + (end - start) * (rank - before) / (counts[bucket]! - before);
}
