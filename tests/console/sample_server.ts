/**
 * A server with something to tell of itself, for pictures and for pages that want to be full.
 *
 * @module
 */

import { systemClock } from "../../base/clock.ts";
import type { ChildSnapshot, SupervisorSnapshot } from "../../actors/supervision/snapshot.ts";
import type { CheckStatus } from "../../services/health/check.ts";
import type { HealthReport } from "../../services/health/report.ts";
import type { SettledCheck } from "../../services/health/settled.ts";
import type { Alert } from "../../services/alerts/alert.ts";
import type { ConsoleFixture } from "./console_fixture.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A check that has counted as it does for so long, milliseconds. */
export function checkOf(service: string, status: CheckStatus, agoMs: number, output?: string, required = false): SettledCheck {
  const now = systemClock().wall();
  const reading = { component: service, measurement: "responseTime", type: "component", status } as const;
  const readings = [{ reading, status, streak: 0, ...(output === undefined ? {} : { output }) }];
  return { id: service, service, required, status, since: now - agoMs, readings, at: now, tookMs: 2 };
}

/** All services well. */
export function wellReport(): HealthReport {
  const well = ["esp32_server", "history_sync", "outbox", "devices", "supervisor", "eventloop"];
  return {
    status: "healthy",
    complete: true,
    checks: [
      checkOf("database", "pass", 26 * HOUR_MS, undefined, true),
      ...well.map((name, index) => checkOf(name, "pass", (index + 1) * HOUR_MS)),
      checkOf("memory", "pass", 26 * HOUR_MS, undefined, true),
      checkOf("disk", "pass", 26 * HOUR_MS, undefined, true),
    ],
  };
}

/** A child of a tree. */
export function childOf(id: string, more: Partial<ChildSnapshot> = {}): ChildSnapshot {
  const since = systemClock().wall() - 26 * HOUR_MS;
  return { id, type: "service", restart: "permanent", optional: false, state: "up", since, restarts: 0, ...more };
}

/** A supervisor with children. */
export function treeOf(id: string, children: readonly ChildSnapshot[], more: Partial<SupervisorSnapshot> = {}): SupervisorSnapshot {
  const strategy = "one_for_one" as const;
  return { id, strategy, intensity: 3, periodMs: MINUTE_MS, state: "running", restartsInPeriod: 0, children, counts: {}, ...more };
}

/** An active alert. */
export function alertOf(more: Partial<Alert> = {}): Alert {
  const now = systemClock().wall();
  return {
    ...{ id: "01K0000000000000000000000A", rule: "component_degraded", severity: "warning", subject: "redis", value: 1, limit: 0 },
    ...{ detail: "connect ECONNREFUSED 127.0.0.1:6379", since: now - 7 * MINUTE_MS, raisedAt: now - 5 * MINUTE_MS },
    ...more,
  };
}

/** Fills what the server tells: Redis is away, the sync was restarted, a device hangs. Call it after the fleet was filled. */
export async function fillServer(fx: ConsoleFixture): Promise<void> {
  const { told } = fx;
  const now = systemClock().wall();
  const { checks } = wellReport();
  told.health = {
    status: "degraded",
    complete: true,
    checks: [...checks, checkOf("redis", "fail", 7 * MINUTE_MS, "connect ECONNREFUSED 127.0.0.1:6379")],
  };
  told.availability = { ratio: 0.99962, budgetLeft: 0.62, readyMs: 1, downMs: 0, good: 1, bad: 0 };
  const message = "Cannot read the chat history of http://xiaozhi-esp32-server:8003: connection refused";
  told.tree = treeOf("platform", [
    childOf("configuration"),
    childOf("redis", { optional: true, state: "waiting", restarts: 4, since: now - 9000, lastReason: "redis_down", lastMessage: "Gone" }),
    childOf("database"),
    childOf("speech"),
    childOf("daemons", {
      type: "supervisor",
      tree: treeOf("daemons", [
        childOf("delivery", { type: "actor" }),
        childOf("sync", { restarts: 2, since: now - 3 * MINUTE_MS, lastReason: "source_unreachable", lastMessage: message }),
        childOf("metrics"),
        childOf("health", { type: "actor" }),
        childOf("alerts", { optional: true }),
      ]),
    }),
    childOf("devices", { tree: treeOf("devices", [], { strategy: "simple_one_for_one" }) }),
    childOf("http"),
  ], { strategy: "rest_for_one" });
  const failure = { reason: "source_unreachable", message, then: "restart", delayMs: 1000 } as const;
  told.failures = [{ at: now - 3 * MINUTE_MS, path: "platform/daemons/sync", ...failure }];
  const counts = { stale: 2, bypassed: 0, loads: 30, dropped: 0, errors: 0, invalidations: 4 };
  told.parts = {
    cache: { hits: 842, misses: 31, ...counts },
    delivery: {
      ...{ state: "backoff", depth: 14, sessions: 0, oldestAgeMs: 4 * MINUTE_MS, delivered: 1280, parked: 0 },
      ...{ bytesUsed: 0, maxBytes: 0, audioRefused: false },
    },
    sync: {
      daemon: {
        role: "leader",
        state: "leader.waiting",
        sources: [{
          ...{ name: "http", lagMs: 32_000, draining: false, intervalMs: 30_000, lastSuccessAt: now - 32_000, failures: 0 },
          ...{ reads: 40, errors: 1, added: 118, updated: 3, skipped: 12 },
        }],
      },
    },
  };
  const { instruments } = told;
  for (let n = 0; n < 120; n++) {
    instruments.turns.add(1, "completed");
    instruments.turnResponse.observe(0.6 + (n % 10) / 12);
    instruments.turnStage.observe(0.1 + (n % 7) / 40, "asr_final", "http");
    instruments.turnStage.observe(0.2 + (n % 9) / 20, "llm_ttft", "openai");
    instruments.turnStage.observe(0.1 + (n % 5) / 30, "tts_ttfb", "http");
    for (const [kind, provider] of [["recognize", "http"], ["chat", "openai"], ["synthesize", "http"]] as const) {
      instruments.providerRequests.add(1, kind, provider, n % 40 === 39 ? "failed" : "served");
    }
    if (n % 3 !== n % 4) continue;
    told.aheadMs += MINUTE_MS;
    told.trail.look();
  }
  instruments.providerBreaker.set(2, "chat", "ollama");
  told.active.push(
    alertOf({
      ...{ id: "01K0000000000000000000000B", rule: "device_stuck", severity: "critical", subject: "recognizing", value: 180, limit: 90 },
      ...{ detail: "02:00:00:00:00:05", since: now - 2 * MINUTE_MS, raisedAt: now - MINUTE_MS },
    }),
    alertOf({ acknowledged: { at: now - 2 * MINUTE_MS, note: "Redis is being moved; back at ten" } }),
  );
  const over = { rule: "slow_responses", subject: "server", value: 3.4, limit: 3, severity: "warning" } as const;
  told.over.push(
    alertOf({ ...over, id: "01K0000000000000000000000C", since: now - 5 * HOUR_MS, resolvedAt: now - 5 * HOUR_MS + 11 * MINUTE_MS }),
  );
  await fx.live.change({ features: { speculation: { percent: 25 } } }, { by: "owner at 192.168.1.7", via: "api", why: "Try it on some" });
  await fx.live.change({ features: { fillers: false, sync: false } }, { by: "owner at 192.168.1.7", via: "api" });
  await fx.live.rollback(undefined, { by: "owner at 192.168.1.12", via: "rollback", why: "People missed the fillers" });
}
