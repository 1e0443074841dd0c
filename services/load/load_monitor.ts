/**
 * Watches whether the process keeps up, and decides what it gives up to go on serving whom it serves: first new devices, then what can be
 * left out of a turn, never a turn that is being heard.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { Clock, TimerId } from "../../base/clock.ts";
import type { Config } from "../config/schema.ts";
import type { LoadCounters } from "./counters.ts";
import type { MachineLoad, MemoryUse } from "./machine_load.ts";

/** What a {@link LoadMonitor} needs. */
export interface LoadMonitorOptions {
  readonly clock: Pick<Clock, "setTimeout" | "clearTimeout">;
  readonly machine: Pick<MachineLoad, "loopDelayMs" | "memory">;
  /** Section `load`, as it is now. */
  readonly limits: () => Config["load"];
  readonly counters: LoadCounters;
  readonly logger: Logger;
  /** Called once, when there is no memory left to go on with. */
  readonly onMemoryOut: () => void;
}

/** What stands in the way of new devices. */
export type Overload = "loop_delay" | "memory";

/** Milliseconds between two looks. */
export const SAMPLE_MS = 1000;

/** So many looks in a row must find a standstill: one is a large collection of garbage, or a laptop that woke up. */
export const LATE_SAMPLES = 5;

/** After so many, refusing new devices has not been enough. */
export const LATER_SAMPLES = 10;

/** So many looks in a row must find none before everything is as before. */
export const CALM_SAMPLES = 5;

/** So many looks in a row must find too much memory: the next collection may bring it down. */
export const MEMORY_SAMPLES = 3;

/** Of the JavaScript heap, the part above which no device is taken, and the part above which V8 is about to end the process by itself. */
const SOFT_HEAP = 0.85;
const HARD_HEAP = 0.95;

const MIB = 1024 * 1024;

/** Looks once a second. */
export class LoadMonitor implements Disposable {
  readonly #options: LoadMonitorOptions;
  #timer: TimerId | undefined;
  #late = 0;
  #calm = 0;
  #level: 0 | 1 | 2 = 0;
  #full = 0;
  #bursting = 0;
  #delayMs = 0;

  constructor(options: LoadMonitorOptions) {
    this.#options = options;
    this.#arm();
  }

  /** Why no new device is taken; undefined where one is. */
  get overload(): Overload | undefined {
    if (this.#full >= MEMORY_SAMPLES) return "memory";
    return this.#level > 0 ? "loop_delay" : undefined;
  }

  /** The longest standstill in the last second that was looked at, milliseconds. */
  get loopDelayMs(): number {
    return this.#delayMs;
  }

  /** Whether there is power to spare for what a turn can do without; counted where there is not. */
  spare(extra: "speculation" | "filler"): boolean {
    if (this.#level < 2) return true;
    this.#options.counters.leftOut(extra);
    return false;
  }

  [Symbol.dispose](): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#arm();
      const { machine, limits } = this.#options;
      this.#lookAtLoop(machine.loopDelayMs(), limits().maxLoopDelayMs);
      this.#lookAtMemory(machine.memory(), limits());
    }, SAMPLE_MS);
  }

  #lookAtLoop(delayMs: number, maxMs: number): void {
    this.#delayMs = delayMs;
    const isLate = maxMs > 0 && delayMs > maxMs;
    this.#late = isLate ? this.#late + 1 : 0;
    this.#calm = isLate ? 0 : this.#calm + 1;
    if (this.#late >= LATER_SAMPLES) this.#enter(2, delayMs);
    else if (this.#late >= LATE_SAMPLES && this.#level === 0) this.#enter(1, delayMs);
    else if (this.#calm >= CALM_SAMPLES || maxMs === 0) this.#enter(0, delayMs);
  }

  #enter(level: 0 | 1 | 2, delayMs: number): void {
    if (level === this.#level) return;
    this.#level = level;
    const { logger } = this.#options;
    const about = { delayMs: Math.round(delayMs), level };
    if (level === 0) logger.info("The server keeps up again", about);
    else if (level === 1) logger.warn("The server does not keep up, it stood still for {delayMs} ms: new devices are refused", about);
    else {logger.warn(
        "The server still does not keep up, it stood still for {delayMs} ms: nothing is begun early, and no filler said",
        about,
      );}
  }

  #lookAtMemory(use: MemoryUse, { softMemoryMiB, hardMemoryMiB }: Config["load"]): void {
    const { logger, onMemoryOut } = this.#options;
    const above = (mib: number, share: number) => (mib > 0 && use.rss >= mib * MIB) || use.heapUsed >= use.heapLimit * share;
    const wasFull = this.#full >= MEMORY_SAMPLES;
    this.#full = above(softMemoryMiB, SOFT_HEAP) ? this.#full + 1 : 0;
    this.#bursting = above(hardMemoryMiB, HARD_HEAP) ? this.#bursting + 1 : 0;
    const about = { rssMiB: Math.round(use.rss / MIB), heapMiB: Math.round(use.heapUsed / MIB) };
    if (!wasFull && this.#full >= MEMORY_SAMPLES) logger.warn("Memory is short, {rssMiB} MiB in use: new devices are refused", about);
    if (wasFull && this.#full === 0) logger.info("There is memory for new devices again", about);
    if (this.#bursting !== MEMORY_SAMPLES) return;
    logger.fatal("Memory is out, {rssMiB} MiB in use: the server ends, to be started again", about);
    onMemoryOut();
  }
}
