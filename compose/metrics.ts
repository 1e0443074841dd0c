/**
 * What is counted, and the daemon that watches the clock for it.
 *
 * @module
 */

import type { DeviceSupervisor } from "../actors/devices/device_supervisor.ts";
import { provide, type Provided } from "../actors/supervision/provide.ts";
import type { SyncStatus } from "../actors/sync/status.ts";
import type { HealthReport } from "../services/health/report.ts";
import { createLogger } from "../services/logging/mod.ts";
import type { AvailabilityMeter } from "../services/metrics/availability.ts";
import { keepAvailability } from "../services/metrics/availability_file.ts";
import { DeviceMetrics } from "../services/metrics/device_metrics.ts";
import { EventLoopMonitor } from "../services/metrics/event_loop.ts";
import { AVAILABILITY_WINDOWS, createInstruments, type Instruments } from "../services/metrics/instruments.ts";
import { exportByOtel } from "../services/metrics/otel.ts";
import { ProviderMetrics } from "../services/metrics/providers.ts";
import { Registry } from "../services/metrics/registry.ts";
import { readMetrics } from "../services/metrics/sources.ts";
import { hasRemote } from "./remote.ts";
import type { Stores } from "./database.ts";
import type { Ports } from "./http.ts";
import type { Surroundings } from "./surroundings.ts";
import type { RunningSync } from "./sync.ts";

/** What the parts of the process count with. */
export interface Metrics {
  readonly instruments: Instruments;
  readonly providers: ProviderMetrics;
  readonly devices: DeviceMetrics;
  /** Turns since the start, and those that failed by the server. */
  readonly tally: { readonly total: number; readonly failed: number };
}

/** What watches the event loop and the availability. */
export interface MetricsDaemon {
  /** The worst delay of the event loop within 10 s, milliseconds. */
  readonly eventLoopMs: number;
  readonly meter: Pick<AvailabilityMeter, "over">;
}

/** Makes the metrics and their daemon. While `features.metrics` is off nothing is counted, and the daemon is not to run. */
export function createMetrics(
  { config, live, clock }: Pick<Surroundings, "config" | "live" | "clock">,
  ready: () => boolean,
): { readonly metrics: Metrics; readonly daemon: Provided<MetricsDaemon> } {
  const isOn = () => live.config.features.metrics;
  const instruments = createInstruments(new Registry(isOn));
  const providers = new ProviderMetrics(instruments, clock);
  const daemon = provide({ id: "metrics" }, async ({ resources, fail }) => {
    const logger = createLogger("metrics");
    const { meter, finished } = resources.use(await keepAvailability({ dataDir: config.dataDir, clock, logger, ready }));
    finished.catch(fail);
    const loop = resources.use(new EventLoopMonitor(clock, instruments.eventLoopDelay));
    return {
      meter,
      turn: (failedByUs: boolean) => meter.turn(failedByUs),
      get eventLoopMs() {
        return loop.recentMs;
      },
    };
  });
  const tally = { total: 0, failed: 0 };
  const turn = (failedByUs: boolean) => {
    if (!isOn()) return;
    tally.total++;
    if (failedByUs) tally.failed++;
    daemon.peek()?.turn(failedByUs);
  };
  const devices = new DeviceMetrics(instruments, providers, { turn });
  for (const [gauge, figure] of [[instruments.availability, "ratio"], [instruments.errorBudget, "budgetLeft"]] as const) {
    gauge.read((tell) => {
      for (const window of AVAILABILITY_WINDOWS) tell(daemon.peek()?.meter.over(window)[figure] ?? NaN, window);
    });
  }
  return { metrics: { instruments, providers, devices, tally }, daemon };
}

/** The parts whose figures are read when metrics are collected. */
export interface ReadParts {
  readonly database: Provided<Stores>;
  readonly devices: Provided<DeviceSupervisor>;
  readonly sync: Provided<RunningSync> | undefined;
  readonly http: () => Ports | undefined;
  readonly report: () => HealthReport | undefined;
}

/** Has the figures of the parts read from them; called once. */
export function readFromParts(
  { instruments }: Metrics,
  parts: ReadParts,
  { config, counters, clock, version, platform }: Surroundings,
): void {
  const { database, devices, sync, http, report } = parts;
  readMetrics(instruments, {
    version,
    commit: config.metrics.commit,
    memory: () => Deno.memoryUsage(),
    devices: () => devices.peek()?.counts(),
    sockets: () => http()?.sockets(),
    tree: () => platform.tree(),
    failures: () => platform.log.totals(),
    // Without a server behind it nothing is delivered, and everything ever said is in it.
    ...(hasRemote(config) ? { outbox: async () => await database.peek()?.store.outboxLoad() } : {}),
    sync: () => syncFigures(sync?.peek()?.sync?.status().daemon),
    cache: () => database.peek()?.cache.counts,
    health: () => report()?.checks.map(({ id, status }) => ({ component: id, status })) ?? [],
    ready: () => http()?.readiness().ready,
    load: () => counters.counts(),
  }, clock);
  exportByOtel(instruments.registry, version);
}

function syncFigures(status: SyncStatus | undefined): { readonly leads: boolean; readonly lagMs?: number } | undefined {
  if (status === undefined) return undefined;
  const lags = status.sources.flatMap(({ lagMs }) => lagMs ?? []);
  return { leads: status.role === "leader", ...(lags.length === 0 ? {} : { lagMs: Math.max(...lags) }) };
}
