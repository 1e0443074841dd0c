/**
 * Readings from the metrics of the process.
 *
 * @module
 */

import type { Instruments } from "../metrics/instruments.ts";
import type { OutcomeCounts, Readings } from "./readings.ts";

/** What of the metrics alerts are made of. */
export type ReadInstruments = Pick<
  Instruments,
  "registry" | "providerRequests" | "turnResponse" | "outboxOldest" | "historySyncLag"
>;

/** Reads the metrics, and the turns that failed by the server; what has no series now is absent. Never rejects. */
export async function readingsOf(instruments: ReadInstruments, turns: OutcomeCounts): Promise<Readings> {
  await instruments.registry.collect();
  const outboxOldestSeconds = only(instruments.outboxOldest);
  const syncLagSeconds = only(instruments.historySyncLag);
  const [responses] = instruments.turnResponse.samples();
  return {
    turns: { ...turns },
    providers: providersOf(instruments),
    ...(outboxOldestSeconds === undefined ? {} : { outboxOldestSeconds }),
    ...(syncLagSeconds === undefined ? {} : { syncLagSeconds }),
    ...(responses === undefined ? {} : { responses: { buckets: instruments.turnResponse.buckets, counts: responses.counts } }),
  };
}

function only(family: Instruments["outboxOldest"]): number | undefined {
  return family.samples()[0]?.value;
}

/** What an open breaker skipped was never asked, and says nothing of the provider. */
function providersOf({ providerRequests }: ReadInstruments): NonNullable<Readings["providers"]> {
  const found = new Map<string, { kind: string; provider: string; total: number; failed: number }>();
  for (const { labels: [kind = "", provider = "", outcome], value } of providerRequests.samples()) {
    const key = `${kind} ${provider}`;
    const counts = found.get(key) ?? { kind, provider, total: 0, failed: 0 };
    found.set(key, counts);
    // What was cut off had been counted as served when it began.
    if (outcome === "served" || outcome === "failed") counts.total += value;
    if (outcome === "failed" || outcome === "cut_off") counts.failed += value;
  }
  return [...found.values()];
}
