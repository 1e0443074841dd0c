/**
 * Where the console's overview reads. Everything is looked up when it is read, so that a part which was started again is found.
 *
 * @module
 */

import type { DeviceSupervisor } from "../actors/devices/device_supervisor.ts";
import type { Provided } from "../actors/supervision/provide.ts";
import { Trail } from "../routes/console/overview/trail.ts";
import type { OverviewSources } from "../routes/console/overview/overview.ts";
import type { Config } from "../services/config/mod.ts";
import { freeBytes } from "../services/health/checks/machine.ts";
import type { HealthReport } from "../services/health/report.ts";
import type { MetricsDaemon } from "./metrics.ts";
import { partsStatus, type StatusNeeds } from "./status.ts";
import type { Surroundings } from "./surroundings.ts";

/** Children of the tree that stand behind a flag of the same name. */
const FLAGGED = ["delivery", "sync", "cache", "metrics", "health", "alerts"] as const satisfies readonly (keyof Config["features"])[];

/** What the overview looks at. */
export interface OverviewNeeds extends StatusNeeds {
  readonly devices: Provided<DeviceSupervisor>;
  readonly health: () => HealthReport | undefined;
  readonly metrics: Provided<MetricsDaemon>;
}

/** The sources; the trail begins at once and ends with its owner. */
export function overviewSources(
  { config, live, load, clock, platform, version, metrics }: Surroundings,
  needs: OverviewNeeds,
): Omit<OverviewSources, "clock" | "alerts" | "today"> {
  const { devices, health } = needs;
  const daemon = () => needs.metrics.peek();
  const loopDelayMs = () => daemon()?.eventLoopMs ?? load.loopDelayMs;
  const rssBytes = () => Deno.memoryUsage().rss;
  return {
    version,
    health,
    availability: (window) => daemon()?.meter.over(window),
    tree: () => platform.tree(),
    failures: () => ({ recent: platform.log.recent(), totals: platform.log.totals() }),
    off: () => new Set(FLAGGED.filter((name) => !live.config.features[name])),
    deviceStates: () => devices.peek()?.counts().states ?? {},
    parts: () => partsStatus(needs),
    cacheIsOn: () => live.config.features.cache,
    loopDelayMs,
    rssBytes,
    diskFreeBytes: () => freeBytes(config.dataDir),
    trail: new Trail({
      clock,
      ...(metrics === undefined ? {} : { instruments: metrics.instruments }),
      turns: () => metrics?.tally ?? { total: 0, failed: 0 },
      connected: () => devices.peek()?.size ?? 0,
      loopDelayMs,
      rssBytes,
    }),
  };
}
