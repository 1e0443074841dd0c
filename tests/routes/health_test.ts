import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { HealthReport } from "../../services/health/report.ts";
import type { CheckStatus } from "../../services/health/check.ts";
import type { SettledCheck } from "../../services/health/settled.ts";
import { createInstruments } from "../../services/metrics/instruments.ts";
import { prometheusText } from "../../services/metrics/prometheus.ts";
import { readExposition } from "../support/exposition.ts";
import { PASSWORD, startApp } from "./app_fixture.ts";

const TOKEN = "a-token-of-monitoring";

const check = (service: string, required: boolean, status: CheckStatus, component = service): SettledCheck => ({
  id: service,
  service,
  required,
  status,
  since: 0,
  readings: [{
    reading: { component, measurement: "responseTime", type: "datastore", status, value: 1.23456, unit: "ms" },
    status,
    streak: 0,
    ...(status === "pass" ? {} : { output: `${service} is away` }),
  }],
  at: Date.UTC(2026, 0, 1),
  tookMs: 1.5,
});

const report = (status: HealthReport["status"], redis: CheckStatus, database: CheckStatus = "pass"): HealthReport => ({
  status,
  complete: true,
  checks: [check("database", true, database, "sqlite"), check("esp32_server", false, "pass"), check("redis", false, redis)],
});

/** The answer to somebody from elsewhere, who sends what is given. */
async function ask(base: string, path: string, authorization?: string) {
  // A forwarded request is never that of somebody at this machine.
  const headers = { "x-forwarded-for": "203.0.113.9", ...(authorization === undefined ? {} : { authorization }) };
  const response = await fetch(base + path, { headers });
  const text = await response.text();
  return { status: response.status, type: response.headers.get("content-type"), cache: response.headers.get("cache-control"), text };
}

const app = (found: HealthReport | undefined, more: Parameters<typeof startApp>[0] = {}) =>
  startApp({ ...more, metrics: { token: TOKEN }, deps: { health: () => found, ...more.deps } });

Deno.test("the detailed health has the shape of the founding document, with all that is known below it", async () => {
  await using fx = app(report("degraded", "fail"));
  const { status, text, type } = await ask(fx.base, "/health/detailed", `Bearer ${TOKEN}`);
  assert.deepEqual([status, type], [200, "application/json"]);
  const body = JSON.parse(text);
  assert.equal(body.status, "degraded");
  assert.match(body.timestamp, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.deepEqual(Object.keys(body.services), ["database", "esp32_server", "redis"]);
  assert.deepEqual(body.services.redis, {
    status: "unhealthy",
    required: false,
    responseTimeMs: 1.5,
    lastCheck: "2026-01-01T00:00:00.000Z",
    error: "redis is away",
    details: { "redis:responseTime": { status: "unhealthy", value: 1.235, unit: "ms", error: "redis is away" } },
  });
  assert.equal(body.services.database.status, "healthy");
});

Deno.test("health+json has the media type, statuses and keys of the draft, and says how long it is fresh", async () => {
  await using fx = app(report("unhealthy", "pass", "fail"));
  const { status, text, type, cache } = await ask(fx.base, "/health", `Bearer ${TOKEN}`);
  assert.deepEqual([status, type, cache], [503, "application/health+json", "private, max-age=1"]);
  const body = JSON.parse(text);
  assert.deepEqual([body.status, body.version, body.serviceId], ["fail", "0.1.0", "xiaozhi"]);
  assert.deepEqual(body.checks["sqlite:responseTime"], [{
    componentId: "database",
    componentType: "datastore",
    observedValue: 1.235,
    observedUnit: "ms",
    status: "fail",
    time: "2026-01-01T00:00:00.000Z",
    output: "database is away",
  }]);
  assert.equal("output" in body.checks["redis:responseTime"][0], false, "output is for what is not well");
});

Deno.test("who has no token sees the status and nothing else, and a wrong one is none", async () => {
  await using fx = app(report("degraded", "fail"));
  for (const authorization of [undefined, "Bearer", "Bearer wrong", "Basic eDp5", `Basic ${TOKEN}`]) {
    assert.equal((await ask(fx.base, "/health", authorization)).text, '{"status":"warn","version":"0.1.0"}');
    const detailed = JSON.parse((await ask(fx.base, "/health/detailed", authorization)).text);
    assert.deepEqual(Object.keys(detailed), ["status", "timestamp"]);
  }
  const owner = `Basic ${Buffer.from(`owner:${PASSWORD}`).toString("base64")}`;
  assert.ok(JSON.parse((await ask(fx.base, "/health/detailed", owner)).text).services.redis);
  const here = await (await fetch(`${fx.base}/health/detailed`)).json();
  assert.ok(here.services.redis, "somebody at this machine");
});

Deno.test("an empty token lets nobody in", async () => {
  await using fx = startApp({ metrics: { token: "" }, deps: { health: () => report("healthy", "pass") } });
  for (const authorization of ["Bearer ", "Bearer x"]) {
    assert.equal("services" in JSON.parse((await ask(fx.base, "/health/detailed", authorization)).text), false);
  }
});

Deno.test("liveness depends on nothing but the supervision tree", async () => {
  let live = true;
  await using fx = app(report("unhealthy", "fail", "fail"), { deps: { live: () => live, draining: () => true } });
  assert.deepEqual(await ask(fx.base, "/livez").then(({ status, cache }) => [status, cache]), [200, "no-store"]);
  live = false;
  assert.equal((await ask(fx.base, "/livez")).status, 503);
});

Deno.test("readiness fails when it drains, has not started, is full or misses what it cannot do without, and says which", async () => {
  let draining = false;
  let started = true;
  let found = report("degraded", "fail");
  await using fx = startApp({
    metrics: { token: TOKEN },
    deps: { draining: () => draining, started: () => started, health: () => found },
  });
  const ready = async (authorization?: string) => {
    const { status, text } = await ask(fx.base, "/readyz", authorization);
    return [status, JSON.parse(text).reason];
  };
  assert.deepEqual(await ready(), [200, undefined]);
  found = report("unhealthy", "pass", "fail");
  assert.deepEqual(await ready(), [503, "unhealthy"]);
  assert.deepEqual(await ready(`Bearer ${TOKEN}`), [503, "unhealthy: database"]);
  started = false;
  assert.deepEqual(await ready(), [503, "starting"]);
  assert.equal((await ask(fx.base, "/startupz")).status, 503);
  started = true;
  assert.equal((await ask(fx.base, "/startupz")).status, 200);
  draining = true;
  assert.deepEqual(await ready(), [503, "draining"]);
});

Deno.test("a full server is not ready, and is well", async () => {
  await using fx = startApp({ server: { maxConnections: 0 }, deps: { health: () => report("healthy", "pass") } });
  assert.deepEqual([(await ask(fx.base, "/readyz")).status, (await ask(fx.base, "/health")).status], [503, 200]);
});

Deno.test("where nobody checks, health tells of the process alone", async () => {
  await using fx = app(undefined);
  assert.equal((await ask(fx.base, "/health")).text, '{"status":"pass","version":"0.1.0"}');
  assert.deepEqual(JSON.parse((await ask(fx.base, "/health/detailed", `Bearer ${TOKEN}`)).text).services, {});
});

Deno.test("metrics are for this machine, the token and the owner, also where the owner's pages are off", async () => {
  const { registry } = createInstruments();
  await using fx = startApp({ console: false, metrics: { token: TOKEN }, deps: { metrics: () => prometheusText(registry) } });
  const refused = await ask(fx.base, "/metrics");
  assert.deepEqual([refused.status, JSON.parse(refused.text).code], [401, "metrics_token"]);
  const given = await ask(fx.base, "/metrics", `Bearer ${TOKEN}`);
  assert.deepEqual([given.status, given.type], [200, "text/plain; version=0.0.4; charset=utf-8"]);
  assert.ok(readExposition(given.text).has("xz_turns_total"));
  const here = await fetch(`${fx.base}/metrics`);
  assert.equal(here.status, 200);
  await here.body?.cancel();
});

Deno.test("metrics that are off are not there", async () => {
  await using fx = startApp();
  const { status, text } = await ask(fx.base, "/metrics");
  assert.deepEqual([status, JSON.parse(text).code], [404, "metrics_off"]);
});
