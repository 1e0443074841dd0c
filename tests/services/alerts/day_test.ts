import assert from "node:assert/strict";
import type { RuleId } from "../../../services/alerts/alert.ts";
import type { Readings } from "../../../services/alerts/readings.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { startAlerts, WELL } from "./fixture.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What goes wrong in the day: from when, for how long, and the alerts that it is worth. */
interface Outage {
  readonly fromMs: number;
  readonly forMs: number;
  readonly readings: (at: number) => Readings;
  readonly alerts: readonly RuleId[];
}

const OUTAGES: readonly Outage[] = [
  {
    ...{ fromMs: HOUR_MS, forMs: 20 * MINUTE_MS, alerts: ["component_failed", "outbox_old"] },
    readings: (at) => ({
      components: [{ component: "mysql", status: "fail", reason: "Connection refused" }],
      outboxOldestSeconds: (at - HOUR_MS) / 1000,
    }),
  },
  {
    ...{ fromMs: 3 * HOUR_MS, forMs: 10 * MINUTE_MS, alerts: ["component_degraded"] },
    readings: () => ({ components: [{ component: "redis", status: "warn" }] }),
  },
  // Twenty seconds are a restart, and worth nothing.
  { ...{ fromMs: 4 * HOUR_MS, forMs: 20_000, alerts: [] }, readings: () => ({ components: [{ component: "mysql", status: "fail" }] }) },
  { ...{ fromMs: 5 * HOUR_MS, forMs: 30 * MINUTE_MS, alerts: ["sync_lag"] }, readings: () => ({ syncLagSeconds: 3000 }) },
  {
    ...{ fromMs: 7 * HOUR_MS, forMs: 5 * MINUTE_MS, alerts: ["device_stuck"] },
    readings: (at) => ({
      devices: [{ deviceId: "11:22:33:aa:bb:cc", state: "vad", inStateMs: at - 7 * HOUR_MS + 60_000, watchdogMs: 35_000 }],
    }),
  },
  { ...{ fromMs: 8 * HOUR_MS, forMs: 6 * MINUTE_MS, alerts: ["event_loop_slow"] }, readings: () => ({ eventLoopDelaySeconds: 0.4 }) },
  { ...{ fromMs: 9 * HOUR_MS, forMs: 15 * MINUTE_MS, alerts: ["disk_low"] }, readings: () => ({ diskFreeBytes: 1e8 }) },
];

/** Turns come all day, and in one quarter of an hour half of them fail: this outage is counted in counters. */
const FAILING = { fromMs: 12 * HOUR_MS, untilMs: 12 * HOUR_MS + 15 * MINUTE_MS };
/** Four crashes in as many minutes. */
const CRASHES = { fromMs: 20 * HOUR_MS, times: 4 };

const EXPECTED: readonly RuleId[] = [
  ...OUTAGES.flatMap(({ alerts }) => alerts),
  "turn_errors",
  "budget_burn_fast",
  "budget_burn_slow",
  "crashes",
];

function readAt(at: number): Readings {
  const minutes = at / MINUTE_MS;
  const failing = Math.min(Math.max(0, at - FAILING.fromMs), FAILING.untilMs - FAILING.fromMs) / MINUTE_MS;
  const crashed = at < CRASHES.fromMs ? 0 : Math.min(CRASHES.times, Math.floor((at - CRASHES.fromMs) / MINUTE_MS));
  const now = OUTAGES.filter(({ fromMs, forMs }) => at >= fromMs && at < fromMs + forMs).map(({ readings }) => readings(at));
  return Object.assign(
    {},
    WELL,
    { turns: { total: 60 * minutes, failed: 30 * failing }, crashes: [{ path: "database", count: crashed }] },
    ...now,
  );
}

interface Told {
  readonly type: string;
  readonly data: { readonly rule: RuleId; readonly id: string };
}

/** A receiver that is always there, and what it was told. */
function receiver() {
  const told: Told[] = [];
  const fetched: typeof fetch = (_url, init) => {
    told.push(JSON.parse(String(init?.body)));
    return Promise.resolve(new Response());
  };
  return { told, fetch: fetched, webhooks: [{ url: "https://ops.example/hook", secret: "a secret of the test" }] };
}

function assertOnceEach(told: readonly Told[]): void {
  const of = (type: string) => told.filter((each) => each.type === type).map(({ data }) => data);
  assert.deepEqual(of("alert.raised").map(({ rule }) => rule).sort(), [...EXPECTED].sort());
  assert.deepEqual(of("alert.resolved").map(({ id }) => id).sort(), of("alert.raised").map(({ id }) => id).sort());
}

Deno.test("in a day of outages every alert is told once, and its recovery once", async () => {
  await using dir = tempDir();
  const { told, ...webhook } = receiver();
  await using day = await startAlerts({ dataDir: dir.path, read: readAt, ...webhook });
  await day.run(DAY_MS);
  assertOnceEach(told);
  assert.deepEqual(day.alerts.active(), []);
  assert.equal(day.alerts.recent().length, EXPECTED.length);
  const logged = [...day.log.messages("error"), ...day.log.messages("warning")].filter((line) => line.startsWith("Alert: "));
  assert.equal(logged.length, EXPECTED.length);
  assert.equal(day.log.messages("info").filter((line) => line.startsWith("Alert resolved")).length, EXPECTED.length);
});

Deno.test("a process that is started again in the middle of every outage forgets no alert and tells none twice", async () => {
  await using dir = tempDir();
  const { told, ...webhook } = receiver();
  const clock = new VirtualClock();
  // In the middle of each outage, when its alert is out, and once where all is well.
  const restarts = [...OUTAGES.map(({ fromMs, forMs }) => fromMs + forMs - 2 * MINUTE_MS), FAILING.fromMs + 8 * MINUTE_MS, 22 * HOUR_MS];
  for (const until of [...restarts.sort((a, b) => a - b), DAY_MS]) {
    await using day = await startAlerts({ dataDir: dir.path, clock, read: readAt, ...webhook });
    await day.run(until - clock.now());
  }
  assertOnceEach(told);
});
