/**
 * Readings that are well, and alerts that run on a virtual clock.
 *
 * @module
 */

import type { Notice } from "../../../services/alerts/alert.ts";
import type { AlertRule } from "../../../services/alerts/rule.ts";
import type { Readings } from "../../../services/alerts/readings.ts";
import { Alerts, EVERY_MS } from "../../../services/alerts/service.ts";
import type { Thresholds } from "../../../services/alerts/thresholds.ts";
import type { WebhookTarget } from "../../../services/alerts/webhook.ts";
import { type CapturedLogger, captureLogger } from "../../support/capture_logger.ts";
import { settle, VirtualClock } from "../../support/virtual_clock.ts";

/** The defaults of the configuration. */
export const THRESHOLDS: Thresholds = {
  outboxAgeSeconds: 300,
  syncLagSeconds: 600,
  turnErrorPercent: 5,
  providerErrorPercent: 20,
  responseSeconds: 3,
  crashes: 3,
  stuckSeconds: 30,
  diskFreeMib: 512,
  eventLoopDelayMs: 120,
};

/** Everything is well. */
export const WELL: Readings = {
  components: [{ component: "mysql", status: "pass" }, { component: "redis", status: "pass" }],
  outboxOldestSeconds: 0,
  syncLagSeconds: 1,
  turns: { total: 0, failed: 0 },
  providers: [],
  responses: { buckets: [1, 3, 8], counts: [0, 0, 0, 0] },
  crashes: [],
  devices: [],
  diskFreeBytes: 1e12,
  eventLoopDelaySeconds: 0.002,
};

/** A rule over one number, wrong above 0; absent is unknown. */
export function outboxRule(forMs: number): AlertRule {
  return {
    id: "outbox_old",
    severity: "critical",
    forMs,
    assess: ({ outboxOldestSeconds: value }) =>
      value === undefined ? undefined : { findings: value > 0 ? [{ subject: "server", value, limit: 0 }] : [] },
  };
}

/** Ids in order. */
export function counting(): () => string {
  let count = 0;
  return () => `a${++count}`;
}

/** Randomness that is always in the middle. */
export const EVEN = { next: () => 0.5, bytes: (length: number) => new Uint8Array(length), uuid: () => "uuid" };

/** Alerts that run. */
export interface AlertsFixture extends AsyncDisposable {
  readonly alerts: Alerts;
  readonly clock: VirtualClock;
  readonly log: CapturedLogger;
  /** Moves time on, a round at a time, and lets each round end. */
  run(ms: number): Promise<void>;
}

/** What a test may choose. */
export interface AlertsFixtureOptions {
  readonly dataDir: string;
  readonly read: (atMs: number) => Readings;
  readonly clock?: VirtualClock;
  readonly webhooks?: readonly WebhookTarget[];
  readonly fetch?: typeof fetch;
}

/** Starts them, and lets the first round end. */
export async function startAlerts(options: AlertsFixtureOptions): Promise<AlertsFixture> {
  const { dataDir, read, clock = new VirtualClock(), webhooks = [], fetch = () => Promise.resolve(new Response()) } = options;
  const log = captureLogger();
  const { logger } = log;
  const alerts = await Alerts.open({
    read: () => read(clock.now()),
    thresholds: THRESHOLDS,
    webhooks,
    dataDir,
    clock,
    random: EVEN,
    logger,
    fetch,
  });
  // Between two rounds a timer is armed; files take longer than a turn of the event loop.
  const idle = async () => {
    do await settle(); while (clock.armed === 0);
  };
  await idle();
  return {
    alerts,
    clock,
    log,
    async run(ms) {
      for (let left = ms; left > 0; left -= EVERY_MS) {
        await clock.advance(Math.min(left, EVERY_MS));
        await idle();
      }
    },
    async [Symbol.asyncDispose]() {
      await alerts[Symbol.asyncDispose]();
      log[Symbol.dispose]();
    },
  };
}

/** A notice that an alert was raised. */
export function raised(id = "01K0000000000000000000000A"): Notice {
  const at = Date.UTC(2026, 0, 1);
  return {
    type: "raised",
    alert: {
      ...{ id, rule: "outbox_old", severity: "critical", subject: "server", value: 400, limit: 300 },
      ...{ since: at - 30_000, raisedAt: at },
    },
  };
}
