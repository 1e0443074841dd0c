/**
 * What every part of the process is made with.
 *
 * @module
 */

import type { Platform } from "../actors/platform/platform.ts";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { Config } from "../services/config/mod.ts";
import type { Metrics } from "./metrics.ts";

/** What every part of the process is made with. */
export interface Surroundings {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  /** Of this program. */
  readonly version: string;
  /** The tree that the parts are put into: whether it drains, and the record of its failures. */
  readonly platform: Pick<Platform, "draining" | "live" | "log" | "started" | "tree">;
  /** What the parts count with; absent where nothing is counted. */
  readonly metrics?: Metrics | undefined;
}
