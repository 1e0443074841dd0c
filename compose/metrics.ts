/**
 * What is counted, and the daemon that watches the clock for it.
 *
 * @module
 */

import { provide, type Provided } from "../actors/supervision/provide.ts";
import { createLogger } from "../services/logging/mod.ts";
import { keepAvailability } from "../services/metrics/availability_file.ts";
import { DeviceMetrics } from "../services/metrics/device_metrics.ts";
import { EventLoopMonitor } from "../services/metrics/event_loop.ts";
import { AVAILABILITY_WINDOWS, createInstruments, type Instruments } from "../services/metrics/instruments.ts";
import { exportByOtel } from "../services/metrics/otel.ts";
import { ProviderMetrics } from "../services/metrics/providers.ts";
import { type MetricSources, readMetrics } from "../services/metrics/sources.ts";
import type { Surroundings } from "./surroundings.ts";

/** What the parts of the process count with. */
export interface Metrics {
  readonly instruments: Instruments;
  readonly providers: ProviderMetrics;
  readonly devices: DeviceMetrics;
}

/** What watches the event loop and the availability. */
export interface MetricsDaemon {
  /** The worst delay of the event loop within 10 s, milliseconds. */
  readonly eventLoopMs: number;
}

/** Makes the metrics and their daemon; absent where nothing is counted. */
export function createMetrics(
  { config, clock }: Pick<Surroundings, "config" | "clock">,
  ready: () => boolean,
): { readonly metrics: Metrics; readonly daemon: Provided<MetricsDaemon> } | undefined {
  if (!config.features.metrics) return undefined;
  const instruments = createInstruments();
  const providers = new ProviderMetrics(instruments, clock);
  const daemon = provide({ id: "metrics" }, async ({ resources }) => {
    const logger = createLogger("metrics");
    const { meter } = resources.use(await keepAvailability({ dataDir: config.dataDir, clock, logger, ready }));
    const loop = resources.use(new EventLoopMonitor(clock, instruments.eventLoopDelay));
    return {
      meter,
      turn: (failedByUs: boolean) => meter.turn(failedByUs),
      get eventLoopMs() {
        return loop.recentMs;
      },
    };
  });
  const devices = new DeviceMetrics(instruments, providers, { turn: (failedByUs) => daemon.peek()?.turn(failedByUs) });
  for (const [gauge, figure] of [[instruments.availability, "ratio"], [instruments.errorBudget, "budgetLeft"]] as const) {
    gauge.read((tell) => {
      for (const window of AVAILABILITY_WINDOWS) tell(daemon.peek()?.meter.over(window)[figure] ?? NaN, window);
    });
  }
  return { metrics: { instruments, providers, devices }, daemon };
}

/** Where the metrics of the parts are read; called once, when all parts are known. */
export function readFromParts({ instruments }: Metrics, sources: MetricSources, clock: Surroundings["clock"]): void {
  readMetrics(instruments, sources, clock);
  exportByOtel(instruments.registry, sources.version);
}
