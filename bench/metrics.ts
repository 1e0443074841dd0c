/**
 * What counting costs: nanoseconds and bytes of heap for each call on the way of an audio frame, and milliseconds for a scrape.
 *
 * Method: a million calls of each after as many to warm up, best of five rounds; heap by `Deno.memoryUsage().heapUsed` before and after a
 * round, which holds what no collection has freed, so that 0 means that nothing was allocated. Run by
 * `deno run -P=bench bench/metrics.ts`.
 *
 * @module
 */

import { systemClock } from "../base/clock.ts";
import { DeviceMetrics } from "../services/metrics/device_metrics.ts";
import { createInstruments } from "../services/metrics/instruments.ts";
import { prometheusText } from "../services/metrics/prometheus.ts";
import { ProviderMetrics } from "../services/metrics/providers.ts";
import { print } from "../tools/output.ts";

const CALLS = 1_000_000;
const ROUNDS = 5;

const instruments = createInstruments();
const providers = new ProviderMetrics(instruments, systemClock());
const devices = new DeviceMetrics(instruments, providers, { turn: () => {} });

const calls: Readonly<Record<string, () => void>> = {
  "counter without labels": () => instruments.playoutUnderruns.add(1),
  "counter, 1 label (frame in)": () => devices.frameIn(),
  "counter, 3 labels": () => instruments.providerRequests.add(1, "chat", "openai", "served"),
  "histogram (frame lateness)": () => devices.frameLate(4.5),
  "histogram, 3 labels": () => instruments.databaseQuery.observe(0.0021, "mysql", "select", "ok"),
};

for (const [name, call] of Object.entries(calls)) {
  let bestNs = Infinity;
  let leastBytes = Infinity;
  for (let round = 0; round <= ROUNDS; round++) {
    const heap = Deno.memoryUsage().heapUsed;
    const from = performance.now();
    for (let n = 0; n < CALLS; n++) call();
    const ns = (performance.now() - from) * 1e6 / CALLS;
    const bytes = (Deno.memoryUsage().heapUsed - heap) / CALLS;
    if (round === 0) continue;
    bestNs = Math.min(bestNs, ns);
    leastBytes = Math.min(leastBytes, Math.max(0, bytes));
  }
  print(`${name.padEnd(30)} ${bestNs.toFixed(1).padStart(7)} ns  ${leastBytes.toFixed(2).padStart(6)} bytes\n`);
}

let text = "";
const from = performance.now();
for (let n = 0; n < 100; n++) text = await prometheusText(instruments.registry);
print(`${"scrape".padEnd(30)} ${((performance.now() - from) / 100).toFixed(2).padStart(7)} ms  ${text.length} characters\n`);
