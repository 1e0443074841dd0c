import assert from "node:assert/strict";
import { componentsOf } from "../../../services/alerts/health_readings.ts";
import { readingsOf } from "../../../services/alerts/metric_readings.ts";
import type { HealthReport } from "../../../services/health/report.ts";
import type { CheckStatus } from "../../../services/health/check.ts";
import { createInstruments } from "../../../services/metrics/instruments.ts";

Deno.test("before anything happened only what is counted from the start is read", async () => {
  const instruments = createInstruments();
  // As where there is nothing to deliver and nothing to sync.
  instruments.outboxOldest.read(() => {});
  instruments.historySyncLag.read(() => {});
  const { outboxOldestSeconds, syncLagSeconds, providers, turns, responses } = await readingsOf(instruments, { total: 0, failed: 0 });
  assert.deepEqual([outboxOldestSeconds, syncLagSeconds, providers, turns], [undefined, undefined, [], { total: 0, failed: 0 }]);
  assert.equal(responses?.counts.at(-1), 0);
});

Deno.test("metrics are read as rules want them", async () => {
  const instruments = createInstruments();
  instruments.outboxOldest.read((tell) => tell(412));
  instruments.historySyncLag.read((tell) => tell(30));
  for (const seconds of [0.2, 0.9, 20]) instruments.turnResponse.observe(seconds);
  instruments.providerRequests.add(7, "chat", "openai", "served");
  instruments.providerRequests.add(2, "chat", "openai", "failed");
  instruments.providerRequests.add(1, "chat", "openai", "cut_off");
  instruments.providerRequests.add(50, "chat", "openai", "skipped");
  const readings = await readingsOf(instruments, { total: 10, failed: 1 });
  assert.equal(readings.outboxOldestSeconds, 412);
  assert.equal(readings.syncLagSeconds, 30);
  assert.deepEqual(readings.turns, { total: 10, failed: 1 });
  assert.deepEqual(readings.providers, [{ kind: "chat", provider: "openai", total: 9, failed: 3 }]);
  const { buckets, counts } = readings.responses!;
  assert.deepEqual([counts.length, counts.at(-1), counts.at(-2)], [buckets.length + 1, 3, 2]);
});

function report(
  checks: readonly (readonly [id: string, required: boolean, status: CheckStatus, output?: string])[],
): Pick<HealthReport, "checks"> {
  return {
    checks: checks.map(([id, required, status, output]) => ({
      ...{ id, service: id, required, status, since: 0, at: 0, tookMs: 1 },
      readings: [{
        reading: { component: id, measurement: "responseTime", type: "component", status },
        ...{ status, streak: 0 },
        ...(output === undefined ? {} : { output }),
      }],
    })),
  };
}

Deno.test("a required component that fails has failed, an optional one is degraded, and what has its own rule is left out", () => {
  const read = componentsOf(report([
    ["history", true, "fail", "Disk I/O error"],
    ["redis", false, "fail"],
    ["memory", false, "warn", "Much"],
    ["esp32_server", true, "pass"],
    ...["outbox", "sync", "supervisor", "eventloop", "disk"].map((id) => [id, true, "fail"] as const),
  ]));
  assert.deepEqual(read, [
    { component: "history", status: "fail", reason: "Disk I/O error" },
    { component: "redis", status: "warn" },
    { component: "memory", status: "warn", reason: "Much" },
    { component: "esp32_server", status: "pass" },
  ]);
});
