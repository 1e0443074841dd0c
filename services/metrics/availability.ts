/**
 * How available the server was, and what is left of its error budget.
 *
 * Availability is the chance that a person who comes at any time is served: the share of the time in which devices were taken, times the
 * share of the turns that did not fail by the server. Time counts from the moment in which the first device could be taken; from then on a
 * time in which the process did not run is one in which none was. A window without turns has lost none. The objective is {@link OBJECTIVE};
 * the budget is what it allows to be lost.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { type StoredBucket, type Usage, UsageRing } from "./buckets.ts";
import type { AVAILABILITY_WINDOWS } from "./instruments.ts";

/** A window of time that ends now. */
export type AvailabilityWindow = typeof AVAILABILITY_WINDOWS[number];

/** Of a thousand, so many are served: three nines, 43 minutes of a month. */
export const OBJECTIVE = 0.999;

/** How available the server was in a window. */
export interface Availability extends Usage {
  /** 0 to 1. */
  readonly ratio: number;
  /** Of what the objective allows to be lost, the share that is left: 1 when nothing was lost, below 0 when more was. */
  readonly budgetLeft: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Buckets of each window: fine enough that a window is exact to 2 %, coarse enough that all of it is 30 KB on the disk. */
const RINGS: Readonly<Record<AvailabilityWindow, { readonly bucketMs: number; readonly count: number }>> = {
  "1h": { bucketMs: MINUTE_MS, count: 60 },
  "24h": { bucketMs: 10 * MINUTE_MS, count: 144 },
  "30d": { bucketMs: HOUR_MS, count: 720 },
};

/** A longer step between two looks at the clock was not lived through: the machine slept, or its clock was set. */
const MAX_STEP_MS = 5 * MINUTE_MS;

/** What is kept on the disk. */
export interface StoredAvailability {
  /** Unix milliseconds until which it is true. */
  readonly until: number;
  readonly rings: Readonly<Record<AvailabilityWindow, readonly StoredBucket[]>>;
}

/** Counts time and turns. */
export class AvailabilityMeter {
  readonly #clock: Pick<Clock, "now" | "wall">;
  readonly #rings: Readonly<Record<AvailabilityWindow, UsageRing>>;
  #ready = false;
  /** Whether devices were ever taken. */
  #begun: boolean;
  #markedAt: number;

  /** With what was kept of earlier, the time since then counts as one in which the process did not run. */
  constructor(clock: Pick<Clock, "now" | "wall">, earlier?: StoredAvailability) {
    this.#clock = clock;
    this.#markedAt = clock.now();
    this.#rings = { "1h": ring("1h"), "24h": ring("24h"), "30d": ring("30d") };
    this.#begun = earlier !== undefined;
    if (earlier === undefined) return;
    for (const window of WINDOWS) this.#rings[window].restore(earlier.rings[window]);
    this.#count(earlier.until, clock.wall(), "downMs");
  }

  /** Says whether devices are taken from now on. Called now and then, so that no bucket misses its time. */
  mark(ready: boolean): void {
    const now = this.#clock.now();
    const wall = this.#clock.wall();
    const step = now - this.#markedAt;
    this.#markedAt = now;
    if (this.#begun) this.#count(wall - step, wall, this.#ready && step <= MAX_STEP_MS ? "readyMs" : "downMs");
    this.#begun ||= ready;
    this.#ready = ready;
  }

  /** A turn is over. */
  turn(failedByUs: boolean): void {
    const wall = this.#clock.wall();
    for (const window of WINDOWS) this.#rings[window].add(wall, failedByUs ? "bad" : "good", 1);
  }

  /** How it was in a window that ends now. */
  over(window: AvailabilityWindow): Availability {
    this.mark(this.#ready);
    const usage = this.#rings[window].total(this.#clock.wall());
    const ratio = share(usage.readyMs, usage.downMs) * share(usage.good, usage.bad);
    return { ...usage, ratio, budgetLeft: 1 - (1 - ratio) / (1 - OBJECTIVE) };
  }

  /** What has to be kept for the next start. */
  stored(): StoredAvailability {
    this.mark(this.#ready);
    const of = (window: AvailabilityWindow) => this.#rings[window].stored();
    return { until: this.#clock.wall(), rings: { "1h": of("1h"), "24h": of("24h"), "30d": of("30d") } };
  }

  #count(from: number, to: number, field: "readyMs" | "downMs"): void {
    for (const window of WINDOWS) this.#rings[window].addTime(from, to, field);
  }
}

const WINDOWS: readonly AvailabilityWindow[] = ["1h", "24h", "30d"];

function ring(window: AvailabilityWindow): UsageRing {
  const { bucketMs, count } = RINGS[window];
  return new UsageRing(bucketMs, count);
}

/** What part of it went well; all of nothing did. */
function share(good: number, bad: number): number {
  return good + bad === 0 ? 1 : good / (good + bad);
}
