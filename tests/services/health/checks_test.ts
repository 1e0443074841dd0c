import assert from "node:assert/strict";
import { type CheckStatus, type HealthCheck, highIsBad, worst } from "../../../services/health/check.ts";
import { databaseCheck, localHistoryCheck } from "../../../services/health/checks/database.ts";
import { esp32ServerCheck } from "../../../services/health/checks/esp32_server.ts";
import { devicesCheck, outboxCheck, restartsCheck, syncCheck } from "../../../services/health/checks/flow.ts";
import { diskCheck, eventLoopCheck, freeBytes, machineMemory, memoryCheck } from "../../../services/health/checks/machine.ts";
import { redisCheck } from "../../../services/health/checks/redis.ts";
import { readiness } from "../../../services/health/readiness.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const clock = new VirtualClock();
const MIB = 1024 * 1024;

/** What a check finds, by what it looks at. */
async function found(check: HealthCheck): Promise<Record<string, CheckStatus>> {
  const readings = await check.run(new AbortController().signal);
  for (const { status, output } of readings) assert.equal(output === undefined, status === "pass", "what is not well says why");
  return Object.fromEntries(readings.map(({ component, measurement, status }) => [`${component}:${measurement}`, status]));
}

Deno.test("a database server is asked, and one that is not there yet fails", async () => {
  const there = { ping: () => Promise.resolve(3), busy: 1 };
  assert.deepEqual(await found(databaseCheck(() => there, false)), { "mysql:responseTime": "pass", "mysql:connections": "pass" });
  assert.deepEqual(await found(databaseCheck(() => undefined, false)), { "mysql:responseTime": "fail" });
  const archive = async (state: "opening" | "up" | "down") =>
    (await found(databaseCheck(() => there, false, () => ({ state }))))["mysql:archive"];
  assert.deepEqual([await archive("opening"), await archive("up"), await archive("down")], ["warn", "pass", "warn"]);
  const gone = { ping: () => Promise.reject(new Error("Gone")), busy: 0 };
  await assert.rejects(found(databaseCheck(() => gone, true)), /Gone/);
});

Deno.test("the local history is read, and is required", async () => {
  assert.deepEqual(await found(localHistoryCheck(() => Promise.resolve(1), clock)), { "sqlite:responseTime": "pass" });
  assert.deepEqual(await found(localHistoryCheck(() => undefined, clock)), { "sqlite:responseTime": "fail" });
  assert.equal(localHistoryCheck(() => undefined, clock).required, true);
});

Deno.test("Redis is asked where it is connected, and fails without a question where it is not", async () => {
  const asked: string[] = [];
  const link = (state: "up" | "down") => ({
    status: { state, since: 0, ...(state === "down" ? { lastError: "ECONNREFUSED" } : {}) },
    run: (script: { readonly name: string }) => (asked.push(script.name), Promise.resolve(1)),
  });
  assert.deepEqual(await found(redisCheck(() => link("up"), clock)), { "redis:responseTime": "pass" });
  assert.deepEqual(await found(redisCheck(() => link("down"), clock)), { "redis:responseTime": "fail" });
  assert.deepEqual(await found(redisCheck(() => undefined, clock)), { "redis:responseTime": "fail" });
  assert.deepEqual(asked, ["ping"]);
});

Deno.test("each stage is told, and each breaker that is open is a warning", async () => {
  const server = {
    health: () =>
      Promise.resolve([
        {
          stage: "chat",
          status: "warn" as const,
          provider: "embedded",
          note: "http is left alone",
          order: [
            { provider: "http", breaker: "open" as const, retryInMs: 1500 },
            { provider: "embedded", breaker: "closed" as const },
          ],
        },
        { stage: "recognize", status: "fail" as const, provider: "http", note: "Nobody answers" },
      ]),
  };
  assert.deepEqual(await found(esp32ServerCheck(() => server, () => 5)), {
    "chat:provider": "warn",
    "chat-http:breaker": "warn",
    "chat-embedded:breaker": "pass",
    "recognize:provider": "fail",
  });
  assert.deepEqual(await found(esp32ServerCheck(() => undefined, () => 5)), { "esp32_server:responseTime": "fail" });
});

Deno.test("an outbox is late from its limit on, where anything delivers from it", async () => {
  const load = (ageMs: number, parked = 0) => () => Promise.resolve({ turns: 3, parked, oldestAt: clock.wall() - ageMs });
  const of = async (check: HealthCheck) => Object.values(await found(check));
  let delivers = true;
  const check = (...[ageMs, parked]: Parameters<typeof load>) => outboxCheck(load(ageMs, parked), clock, 1000, () => delivers);
  assert.deepEqual(await of(check(999)), ["pass", "pass", "pass"]);
  assert.deepEqual(await of(check(1000, 1)), ["pass", "warn", "warn"]);
  const late = check(9999);
  delivers = false;
  assert.deepEqual(await of(late), ["pass", "pass", "pass"], "the flag was switched off");
  delivers = true;
  assert.deepEqual(await of(late), ["pass", "warn", "pass"], "and on again");
  assert.deepEqual(await of(outboxCheck(() => undefined, clock, 1000, () => true)), []);
});

Deno.test("a sync that is behind, or fails, is a warning; one that another node leads is none", async () => {
  const check = (
    role: string,
    ...sources: { readonly name: string; readonly lagMs?: number; readonly lastError?: { readonly message: string } }[]
  ) => found(syncCheck(() => ({ role, sources }), 1000));
  assert.deepEqual(await check("leader", { name: "http", lagMs: 999 }, { name: "stock", lagMs: 1000 }), {
    "leader:role": "pass",
    "historySync-http:lag": "pass",
    "historySync-stock:lag": "warn",
  });
  assert.deepEqual(await check("follower", { name: "http" }), { "leader:role": "pass", "historySync-http:lag": "pass" });
  assert.equal((await check("leader", { name: "http", lastError: { message: "refused" } }))["historySync-http:lag"], "warn");
  assert.deepEqual(await found(syncCheck(() => undefined, 1000)), {});
});

Deno.test("restarts within the window and parts that wait for theirs are warnings; those of devices are none", async () => {
  const at = clock.wall();
  const failures = [
    { at: at - 5000, path: "platform/database", reason: "old" },
    { at: at - 100, path: "platform/daemons/sync", reason: "sync_failed" },
    ...Array.from({ length: 9 }, () => ({ at, path: "devices/device", reason: "Error" })),
  ];
  const tree = (state: string) => () => ({
    children: [{ id: "daemons", state: "up", optional: false, tree: { children: [{ id: "sync", state, optional: false }] } }],
  });
  const check = (state: string, warnAfter: number) =>
    found(restartsCheck({ tree: tree(state), failures: () => failures }, clock, 1000, warnAfter)).then(Object.values);
  assert.deepEqual(await check("up", 2), ["pass", "pass"]);
  assert.deepEqual(await check("up", 1), ["warn", "pass"]);
  assert.deepEqual(await check("waiting", 2), ["pass", "warn"]);
});

Deno.test("a full server, a late loop, a full heap and a full disk are told", async () => {
  const of = async (check: HealthCheck) => Object.values(await found(check));
  assert.deepEqual(await of(devicesCheck(() => 4, 5)), ["pass"]);
  assert.deepEqual(await of(devicesCheck(() => 5, 5)), ["warn"]);
  assert.deepEqual(await of(eventLoopCheck(() => 199, 200)), ["pass"]);
  assert.deepEqual(await of(eventLoopCheck(() => 200, 200)), ["warn"]);
  assert.deepEqual(await of(eventLoopCheck(() => undefined, 200)), []);
  const memory = (heapUsed: number, rss: number) => of(memoryCheck(10, () => ({ heapUsed, heapLimit: 100, rss: rss * MIB })));
  assert.deepEqual(await memory(50, 9), ["pass", "pass"]);
  assert.deepEqual(await memory(90, 11), ["warn", "warn"]);
  assert.deepEqual(await memory(98, 9), ["fail", "pass"]);
  const disk = (free: number) => of(diskCheck(".", 10, 5, () => Promise.resolve(free * MIB)));
  assert.deepEqual([await disk(10), await disk(9), await disk(4)], [["pass"], ["warn"], ["fail"]]);
});

Deno.test("the machine tells its memory and its disk", async () => {
  const { rss, heapUsed, heapLimit } = machineMemory();
  assert.ok(rss > heapUsed && heapLimit > heapUsed && heapUsed > 0);
  assert.ok(await freeBytes(".") > 0);
});

Deno.test("the worst of some is the worst, and limits that are 0 do not hold", () => {
  assert.deepEqual([worst([]), worst(["pass", "fail", "warn"]), worst(["warn", "pass"])], ["pass", "fail", "warn"]);
  assert.deepEqual([highIsBad(9, 0), highIsBad(9, 9), highIsBad(9, 5, 9)], ["pass", "warn", "fail"]);
});

Deno.test("devices are taken unless the process drains, starts, is full, or misses what it cannot do without", () => {
  const well = { draining: false, started: true, sockets: 1, maxSockets: 2 };
  const check = (required: boolean, status: CheckStatus) => ({
    id: "disk",
    service: "disk",
    required,
    status,
    readings: [],
    since: 0,
    at: 0,
    tookMs: 0,
  });
  assert.deepEqual(readiness(well), { ready: true });
  assert.equal(readiness({ ...well, draining: true }).reason, "draining");
  assert.equal(readiness({ ...well, started: false }).reason, "starting");
  assert.equal(readiness({ ...well, sockets: 2 }).reason, "full");
  const report = { status: "unhealthy", checks: [check(true, "fail")] } as const;
  assert.deepEqual(readiness({ ...well, report }), { ready: false, reason: "unhealthy", failing: ["disk"] });
  assert.equal(readiness({ ...well, report: { status: "degraded", checks: [check(false, "fail"), check(true, "warn")] } }).ready, true);
});
