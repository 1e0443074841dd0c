import assert from "node:assert/strict";
import { type Alert, RULE_IDS, type RuleId } from "../../../services/alerts/alert.ts";
import { AlertBook } from "../../../services/alerts/book.ts";
import type { DurationCounts, Readings } from "../../../services/alerts/readings.ts";
import { createRules } from "../../../services/alerts/rules/mod.ts";
import { counting, THRESHOLDS, WELL } from "./fixture.ts";

const STEP_MS = 15_000;
const MINUTE_MS = 60_000;

/** Alerts after readings of some time, which `read` makes from the number of the step. */
function after(ms: number, read: (step: number) => Readings): Alert[] {
  const book = new AlertBook({ rules: createRules(THRESHOLDS), newId: counting() });
  for (let step = 0; step * STEP_MS <= ms; step++) book.take(read(step), { now: step * STEP_MS, wall: step * STEP_MS });
  return book.active();
}

/** Ten answers a step, of which `late` took between 3 and 8 s. */
const slow = (step: number, late: number): DurationCounts => ({
  buckets: [1, 3, 8],
  counts: [10 - late, 10 - late, 10, 10].map((count) => count * step),
});

interface Case {
  readonly rule: RuleId;
  readonly subject: string;
  readonly ms: number;
  /** What raises it. */
  readonly wrong: (step: number) => Readings;
  /** What is near, and does not. */
  readonly near: (step: number) => Readings;
}

const stuckDevice = (inStateMs: number): Readings => ({
  devices: [{ deviceId: "11:22:33:aa:bb:cc", state: "vad", inStateMs, watchdogMs: 35_000 }],
});
const provider = (step: number, failed: number): Readings => ({
  providers: [{ kind: "chat", provider: "openai", total: 10 * step, failed: failed * step }],
});

const CASES: readonly Case[] = [
  {
    ...{ rule: "component_failed", subject: "mysql", ms: MINUTE_MS },
    wrong: () => ({ components: [{ component: "mysql", status: "fail", reason: "Connection refused" }] }),
    near: () => ({ components: [{ component: "mysql", status: "warn" }] }),
  },
  {
    ...{ rule: "component_degraded", subject: "redis", ms: 3 * MINUTE_MS },
    wrong: () => ({ components: [{ component: "redis", status: "warn" }] }),
    near: () => ({ components: [{ component: "redis", status: "pass" }] }),
  },
  {
    rule: "outbox_old",
    subject: "server",
    ms: MINUTE_MS,
    wrong: () => ({ outboxOldestSeconds: 301 }),
    near: () => ({ outboxOldestSeconds: 300 }),
  },
  { rule: "sync_lag", subject: "server", ms: MINUTE_MS, wrong: () => ({ syncLagSeconds: 601 }), near: () => ({ syncLagSeconds: 600 }) },
  {
    ...{ rule: "turn_errors", subject: "server", ms: 6 * MINUTE_MS },
    wrong: (step) => ({ turns: { total: 10 * step, failed: step } }),
    near: (step) => ({ turns: { total: 100 * step, failed: 5 * step } }),
  },
  {
    rule: "provider_errors",
    subject: "chat openai",
    ms: 6 * MINUTE_MS,
    wrong: (step) => provider(step, 3),
    near: (step) => provider(step, 2),
  },
  {
    ...{ rule: "slow_responses", subject: "server", ms: 6 * MINUTE_MS },
    wrong: (step) => ({ responses: slow(step, 1) }),
    near: (step) => ({ responses: slow(step, 0.5) }),
  },
  {
    ...{ rule: "crashes", subject: "database", ms: 5 * MINUTE_MS },
    wrong: (step) => ({ crashes: [{ path: "database", count: Math.min(step, 4) }] }),
    near: (step) => ({ crashes: [{ path: "database", count: Math.min(step, 3) }] }),
  },
  { rule: "device_stuck", subject: "vad", ms: MINUTE_MS, wrong: () => stuckDevice(65_001), near: () => stuckDevice(65_000) },
  {
    rule: "disk_low",
    subject: "server",
    ms: 2 * MINUTE_MS,
    wrong: () => ({ diskFreeBytes: 511 * 2 ** 20 }),
    near: () => ({ diskFreeBytes: 512 * 2 ** 20 }),
  },
  {
    ...{ rule: "event_loop_slow", subject: "server", ms: 2 * MINUTE_MS },
    wrong: () => ({ eventLoopDelaySeconds: 0.121 }),
    near: () => ({ eventLoopDelaySeconds: 0.12 }),
  },
  {
    ...{ rule: "budget_burn_fast", subject: "server", ms: 70 * MINUTE_MS },
    wrong: (step) => ({ turns: { total: 100 * step, failed: 1.5 * step } }),
    near: (step) => ({ turns: { total: 100 * step, failed: 1.4 * step } }),
  },
  {
    ...{ rule: "budget_burn_slow", subject: "server", ms: 7 * 60 * MINUTE_MS },
    wrong: (step) => ({ turns: { total: 100 * step, failed: 0.7 * step } }),
    near: (step) => ({ turns: { total: 100 * step, failed: 0.5 * step } }),
  },
];

Deno.test("there is a case for every rule", () => {
  assert.deepEqual(CASES.map(({ rule }) => rule), [...RULE_IDS]);
  assert.deepEqual(new Set(createRules(THRESHOLDS).map(({ id }) => id)), new Set(RULE_IDS));
});

for (const { rule, subject, ms, wrong, near } of CASES) {
  Deno.test(`${rule} is raised beyond its limit and not at it`, () => {
    const alerts = after(ms, (step) => ({ ...WELL, ...wrong(step) })).filter((alert) => alert.rule === rule);
    assert.deepEqual(alerts.map((alert) => alert.subject), [subject]);
    assert.deepEqual(after(ms, (step) => ({ ...WELL, ...near(step) })).filter((alert) => alert.rule === rule), []);
  });
}

Deno.test("readings that are well, or missing, raise nothing in a day", () => {
  assert.deepEqual(after(24 * 60 * MINUTE_MS, () => WELL), []);
  assert.deepEqual(after(24 * 60 * MINUTE_MS, () => ({})), []);
});

Deno.test("few turns say nothing, however many of them fail", () => {
  assert.deepEqual(after(10 * MINUTE_MS, (step) => ({ ...WELL, turns: { total: Math.min(step, 19), failed: Math.min(step, 19) } })), []);
});

Deno.test("a budget that burned an hour ago, and no longer does, raises nothing", () => {
  const read = (step: number) => ({ ...WELL, turns: { total: 100 * step, failed: Math.min(step, 4) * 50 } });
  const alerts = after(30 * MINUTE_MS, read);
  assert.deepEqual(alerts.filter(({ rule }) => rule === "budget_burn_fast"), []);
});

Deno.test("devices that hang in the same state are one alert, which names a few of them", () => {
  const devices = Array.from(
    { length: 9 },
    (_, index) => ({ deviceId: `d${index}`, state: "thinking", inStateMs: 200_000 + index, watchdogMs: 65_000 }),
  );
  const [alert, ...others] = after(MINUTE_MS, () => ({ ...WELL, devices }));
  assert.deepEqual(others, []);
  assert.equal(alert?.detail, "d0, d1, d2, d3, d4 + 4");
  assert.equal(Math.round(alert!.value), 200);
  assert.equal(alert?.limit, 95);
});

Deno.test("a device in a state without a watchdog never hangs", () => {
  assert.deepEqual(after(MINUTE_MS, () => ({ ...WELL, devices: [{ deviceId: "d", state: "unheard", inStateMs: 1e9 }] })), []);
});

Deno.test("an error rate that goes on over a restart is neither resolved nor raised again before its window is full", () => {
  const first = new AlertBook({ rules: createRules(THRESHOLDS), newId: counting() });
  const failing = (step: number) => ({ ...WELL, turns: { total: 10 * step, failed: 5 * step } });
  for (let step = 0; step < 40; step++) first.take(failing(step), { now: step * STEP_MS, wall: step * STEP_MS });
  const kept = first.active();
  assert.ok(kept.some(({ rule }) => rule === "turn_errors"));
  const second = new AlertBook({ rules: createRules(THRESHOLDS), newId: counting(), alerts: kept });
  const told = Array.from({ length: 40 }, (_, step) => second.take(failing(step), { now: step * STEP_MS, wall: 1e6 + step * STEP_MS }))
    .flat();
  assert.deepEqual(told, []);
  assert.deepEqual(second.active().map(({ id }) => id).sort(), kept.map(({ id }) => id).sort());
});
