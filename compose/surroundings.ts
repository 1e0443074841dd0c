/**
 * What every part of the process is made with.
 *
 * @module
 */

import type { Platform } from "../actors/platform/platform.ts";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { LiveConfig } from "../services/config/live/mod.ts";
import type { LoadCounters } from "../services/load/counters.ts";
import type { LoadMonitor } from "../services/load/load_monitor.ts";
import type { Config } from "../services/config/mod.ts";
import type { Metrics } from "./metrics.ts";

/** What every part of the process is made with. */
export interface Surroundings {
  /** As it was at the start: for what needs a restart to change. */
  readonly config: Config;
  /** As it is now. */
  readonly live: LiveConfig;
  /** Whether the process keeps up. */
  readonly load: LoadMonitor;
  readonly counters: LoadCounters;
  readonly clock: Clock;
  readonly random: Random;
  /** Of this program. */
  readonly version: string;
  /** The tree that the parts are put into: whether it drains, and the record of its failures. */
  readonly platform: Pick<Platform, "draining" | "live" | "log" | "started" | "tree">;
  /** What the parts count with; absent where nothing is counted. */
  readonly metrics?: Metrics | undefined;
}
