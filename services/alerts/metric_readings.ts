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
  "registry" | "turns" | "providerRequests" | "turnResponse" | "outboxOldest" | "historySyncLag"
>;

/** Reads the metrics; what has no series now is absent. Never rejects. */
export async function readingsOf(instruments: ReadInstruments): Promise<Readings> {
  await instruments.registry.collect();
  const outboxOldestSeconds = only(instruments.outboxOldest);
  const syncLagSeconds = only(instruments.historySyncLag);
  const [responses] = instruments.turnResponse.samples();
  const turns = turnsOf(instruments);
  return {
    turns,
    availability: turns,
    providers: providersOf(instruments),
    ...(outboxOldestSeconds === undefined ? {} : { outboxOldestSeconds }),
    ...(syncLagSeconds === undefined ? {} : { syncLagSeconds }),
    ...(responses === undefined ? {} : { responses: { buckets: instruments.turnResponse.buckets, counts: responses.counts } }),
  };
}

function only(family: Instruments["outboxOldest"]): number | undefined {
  return family.samples()[0]?.value;
}

/** Turns in which nobody said anything are none of the server's work. */
function turnsOf({ turns }: ReadInstruments): OutcomeCounts {
  const failed = turns.get("failed") + turns.get("crashed");
  return { total: turns.get("completed") + turns.get("interrupted") + failed, failed };
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
