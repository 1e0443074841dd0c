import assert from "node:assert/strict";
import { alertsAbout } from "../../../routes/console/device_alerts.ts";
import { healthState } from "../../../routes/console/overview/health.ts";
import { FRESH_MS, type OverviewSources, OverviewTeller } from "../../../routes/console/overview/overview.ts";
import { LOOK_MS, Trail } from "../../../routes/console/overview/trail.ts";
import { treeState } from "../../../routes/console/overview/tree.ts";
import type { Overview } from "../../../routes/console/overview/types.ts";
import type { Alert } from "../../../services/alerts/alert.ts";
import { createInstruments } from "../../../services/metrics/instruments.ts";
import { alertOf, checkOf, childOf, treeOf } from "../../console/sample_server.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const MINUTE_MS = 60_000;

function trailOf(clock = new VirtualClock()) {
  const instruments = createInstruments();
  const at = { connected: 0, loopDelayMs: 0, total: 0, failed: 0 };
  const trail = new Trail({
    clock,
    instruments,
    turns: () => ({ total: at.total, failed: at.failed }),
    connected: () => at.connected,
    loopDelayMs: () => at.loopDelayMs,
    rssBytes: () => 2 ** 20,
  });
  return { clock, instruments, at, trail };
}

Deno.test("a service is as its worst check, gives all reasons, and is wrong since the first and well since the last of them", () => {
  const merged = (first: ReturnType<typeof checkOf>, second: ReturnType<typeof checkOf>) =>
    healthState({ status: "degraded", complete: true, checks: [first, { ...second, service: first.service }] })?.services[0];
  const [old, young] = [checkOf("database", "fail", 5000, "It is away"), checkOf("mysql", "fail", 1000, "So is the other")];
  const wrong = merged(old, young);
  assert.deepEqual([wrong?.status, wrong?.since, wrong?.reason], ["unhealthy", old.since, "It is away; So is the other"]);
  const [first, last] = [checkOf("database", "pass", 5000), checkOf("mysql", "pass", 1000)];
  assert.deepEqual([merged(first, last)?.status, merged(first, last)?.since], ["healthy", last.since]);
  const mixed = merged(first, young);
  assert.deepEqual([mixed?.status, mixed?.since], ["unhealthy", young.since]);
  const report = { status: "degraded", complete: true, checks: [checkOf("disk", "pass", 0), checkOf("redis", "warn", 0)] } as const;
  assert.deepEqual(healthState(report)?.services.map(({ name }) => name), ["redis", "disk"], "what is worst is not first");
  assert.equal(healthState(undefined), undefined);
});

Deno.test("the tree says what is off, who was started again and why, when it was, and counts the devices' crashes as one node", () => {
  const message = "The source is away";
  const sync = childOf("sync", { restarts: 2, lastReason: "away", lastMessage: message });
  const top = treeOf("platform", [
    childOf("daemons", { type: "supervisor", tree: treeOf("daemons", [sync, childOf("alerts")]) }),
    childOf("devices", { tree: treeOf("devices", [], { strategy: "simple_one_for_one" }) }),
  ]);
  const failure = (at: number, path: string) => ({ at, path, reason: "away", message, then: "restart" }) as const;
  const tree = treeState(top, {
    failures: [failure(1, "platform/daemons/sync"), failure(7, "platform/daemons/sync"), failure(9, "devices/device")],
    totals: [
      { path: "devices/device", reason: "away", count: 3, restarts: 0 },
      { path: "devices/device", reason: "odd", count: 1, restarts: 0 },
      { path: "platform/daemons/sync", reason: "away", count: 2, restarts: 2 },
    ],
    off: new Set(["alerts"]),
    doing: { sync: "leader.waiting", device: "2 listening" },
  });
  const [daemons, devices] = tree.children;
  const [found, alerts] = daemons?.children ?? [];
  assert.deepEqual([found?.restarts, found?.last, found?.doing, found?.chart], [
    2,
    { reason: "away", message, at: 7 },
    "leader.waiting",
    "sync",
  ]);
  assert.equal(alerts?.state, "off");
  const [device] = devices?.children ?? [];
  assert.deepEqual([device?.id, device?.restarts, device?.last?.at, device?.doing], ["device", 4, 9, "2 listening"]);
});

Deno.test("the last hour has a point a minute, with the worst of the minute, and forgets what is older", async () => {
  const { clock, at, trail } = trailOf();
  using _ = trail;
  at.connected = 3;
  at.loopDelayMs = 80;
  at.total = 2;
  await clock.advance(LOOK_MS);
  Object.assign(at, { connected: 1, loopDelayMs: 5, total: 5, failed: 1 });
  await clock.advance(MINUTE_MS - LOOK_MS);
  const { devices, turns, failed, loopDelayMs } = trail.points();
  assert.deepEqual([devices, turns, failed, loopDelayMs], [[3, 1], [5, 0], [1, 0], [80, 5]]);
  await clock.advance(70 * MINUTE_MS);
  assert.equal(trail.points().turns.length, 61);
  assert.ok(trail.points().turns.every((count) => count === 0));
});

Deno.test("providers are told with the last hour's calls and percentiles, their breakers, and nothing of the hours before", async () => {
  const { clock, instruments, trail } = trailOf();
  using _ = trail;
  for (let n = 0; n < 50; n++) instruments.turnStage.observe(8, "llm_ttft", "openai");
  instruments.providerRequests.add(50, "chat", "openai", "failed");
  await clock.advance(MINUTE_MS);
  assert.deepEqual(trail.providers().map(({ failed, p50Ms }) => [failed, (p50Ms ?? 0) > 4000]), [[50, true]]);
  await clock.advance(61 * MINUTE_MS);
  for (let n = 0; n < 20; n++) instruments.turnStage.observe(0.15, "llm_ttft", "openai");
  instruments.providerRequests.add(20, "chat", "openai", "served");
  instruments.providerRequests.add(1, "chat", "openai", "cut_off");
  instruments.providerRequests.add(1, "chat", "openai", "skipped");
  instruments.providerBreaker.set(2, "chat", "ollama");
  await clock.advance(MINUTE_MS);
  const [openai, ollama] = trail.providers();
  assert.deepEqual([openai?.provider, openai?.breaker, openai?.served, openai?.failed], ["openai", "closed", 19, 1]);
  assert.ok((openai?.p95Ms ?? 0) > 100 && (openai?.p95Ms ?? Infinity) <= 200, String(openai?.p95Ms));
  assert.deepEqual([ollama?.provider, ollama?.breaker, ollama?.served, ollama?.p50Ms], ["ollama", "open", 0, undefined]);
  assert.equal(trail.responses(), undefined);
});

function teller(more: Partial<OverviewSources> = {}) {
  const { clock, trail } = trailOf();
  const told = new OverviewTeller({
    clock,
    version: "1",
    health: () => undefined,
    availability: () => undefined,
    alerts: () => undefined,
    tree: () => treeOf("platform", []),
    failures: () => ({ recent: [], totals: [] }),
    off: () => new Set(),
    deviceStates: () => ({ listening: 2, speaking: 1 }),
    today: () => ({ turns: 9, failed: 1 }),
    parts: () => Promise.resolve({}),
    cacheIsOn: () => true,
    loopDelayMs: () => 1.4,
    rssBytes: () => 1,
    diskFreeBytes: () => Promise.reject(new Error("No such disk")),
    trail,
    ...more,
  });
  return { clock, told, [Symbol.dispose]: () => trail[Symbol.dispose]() };
}

Deno.test("ten who look within a second cost one overview, and nobody costs none", async () => {
  using it = teller();
  await it.clock.advance(10 * FRESH_MS);
  assert.equal(it.told.made, 0);
  const texts = await Promise.all(Array.from({ length: 10 }, () => it.told.tell()));
  assert.equal(new Set(texts).size, 1);
  assert.equal(it.told.made, 1);
  await it.clock.advance(FRESH_MS);
  await it.told.tell();
  assert.equal(it.told.made, 2);
});

Deno.test("what cannot be read is left out of the overview, and a failure is not kept for the next who asks", async () => {
  let fails = true;
  using it = teller({ parts: () => fails ? Promise.reject(new Error("The outbox is locked")) : Promise.resolve({}) });
  await assert.rejects(it.told.tell(), /locked/);
  fails = false;
  const { machine, devices, health, sync, outbox, alerts } = JSON.parse(await it.told.tell()) as Overview;
  assert.deepEqual(machine, { loopDelayMs: 1, rssBytes: 1 });
  assert.deepEqual([devices.connected, devices.turnsToday, devices.failedToday], [3, 9, 1]);
  assert.deepEqual([health, sync, outbox, alerts.enabled], [undefined, undefined, undefined, false]);
});

Deno.test("an alert is about a device that hangs in its state beyond its limit, crashed shortly before it, or is its subject", () => {
  const stuck = alertOf({ rule: "device_stuck", subject: "thinking", limit: 60 });
  const crashes = alertOf({ rule: "crashes", subject: "devices/device", since: 1_000_000 });
  const about = (alert: Alert, state: string, inStateMs: number, crashedAt?: number) =>
    alertsAbout({ deviceId: "a", status: { state, inStateMs }, crashedAt }, [alert, alert]);
  assert.deepEqual(about(stuck, "thinking", 60_001), ["device_stuck"]);
  assert.deepEqual(about(stuck, "thinking", 60_000), []);
  assert.deepEqual(about(stuck, "listening", 600_000), []);
  assert.deepEqual(alertsAbout({ deviceId: "a" }, [stuck, alertOf()]), []);
  assert.deepEqual(about(crashes, "idle", 0, 999_000), ["crashes"]);
  assert.deepEqual(about(crashes, "idle", 0, 100_000), []);
  assert.deepEqual(about(crashes, "idle", 0), []);
  assert.deepEqual(about(alertOf({ subject: "a" }), "idle", 0), ["component_degraded"]);
});
