/**
 * The alerts, and what they are made of. Everything is looked up when it is read, so that a part which was started again is found.
 *
 * @module
 */

import { deviceSettings } from "../actors/device/settings.ts";
import type { DeviceStatus } from "../actors/device/status.ts";
import { watchdogs } from "../actors/device/watchdogs.ts";
import type { DeviceSupervisor } from "../actors/devices/device_supervisor.ts";
import { provide, type Provided } from "../actors/supervision/provide.ts";
import { componentsOf } from "../services/alerts/health_readings.ts";
import { readingsOf } from "../services/alerts/metric_readings.ts";
import { Alerts, type DeviceReading, type Read } from "../services/alerts/mod.ts";
import { freeBytes } from "../services/health/checks/machine.ts";
import type { HealthReport } from "../services/health/report.ts";
import { createLogger } from "../services/logging/mod.ts";
import type { MetricsDaemon } from "./metrics.ts";
import { hasRemote } from "./remote.ts";
import type { Surroundings } from "./surroundings.ts";

/** What alerts look at. */
export interface AlertsNeeds {
  readonly devices: Provided<DeviceSupervisor>;
  readonly health: () => HealthReport | undefined;
  readonly metrics: Provided<MetricsDaemon>;
}

/** The alerts of the process, which are not to run while `features.alerts` is off; absent where none are ever raised. Whatever they do, the process goes on. */
export function alertsPart(around: Surroundings, needs: AlertsNeeds): Provided<Alerts> | undefined {
  const { config: { alerts, dataDir }, clock, random } = around;
  if (!alerts.enabled) return undefined;
  const logger = createLogger("alerts");
  const read = reader(around, needs);
  return provide({ id: "alerts", optional: true }, async ({ resources, fail }) => {
    const { webhooks, ...thresholds } = alerts;
    const running = resources.use(await Alerts.open({ read, thresholds, webhooks, dataDir, clock, random, logger, fetch }));
    running.finished.catch(fail);
    return running;
  });
}

function reader({ config, live, platform, metrics }: Surroundings, needs: AlertsNeeds): Read {
  const limits = watchdogs(deviceSettings(config, ""));
  return async () => {
    const counted = metrics === undefined || !live.config.features.metrics ? {} : await readingsOf(metrics.instruments, metrics.tally);
    const report = needs.health();
    const devices = needs.devices.peek()?.which();
    const loopMs = needs.metrics.peek()?.eventLoopMs;
    // Without a server behind it the outbox is no queue, and without the flag it waits because it was told to.
    const { outboxOldestSeconds, ...others } = counted;
    const delivers = live.config.features.delivery && hasRemote(config) && outboxOldestSeconds !== undefined;
    return {
      ...others,
      ...(delivers ? { outboxOldestSeconds } : {}),
      ...(report === undefined ? {} : { components: componentsOf(report) }),
      ...(devices === undefined ? {} : { devices: devices.map((device) => deviceReading(device, limits)) }),
      ...(loopMs === undefined ? {} : { eventLoopDelaySeconds: loopMs / 1000 }),
      crashes: crashesOf(platform.log.totals()),
      diskFreeBytes: await freeBytes(config.dataDir),
    };
  };
}

function deviceReading({ deviceId, state, inStateMs }: DeviceStatus, limits: Readonly<Record<string, number>>): DeviceReading {
  const watchdogMs = limits[state];
  return { deviceId, state, inStateMs, ...(watchdogMs === undefined ? {} : { watchdogMs }) };
}

function crashesOf(totals: readonly { readonly path: string; readonly count: number }[]) {
  return [...Map.groupBy(totals, ({ path }) => path)].map(([path, each]) => ({
    path,
    count: each.reduce((sum, { count }) => sum + count, 0),
  }));
}
