/**
 * How late the event loop is. On a server that owes each device a frame every 60 ms nothing tells more.
 *
 * The lateness is that of a timer. `monitorEventLoopDelay` of node:perf_hooks would do the same, but that of Deno 2.9 does not see a loop that
 * is blocked for a fifth of a second.
 *
 * @module
 */

import type { Clock, TimerId } from "../../base/clock.ts";
import type { Histogram } from "./histogram.ts";

/** Period of the timer, milliseconds: a third of a frame, and 50 firings a second cost about 0.01 % of a core. */
const PERIOD_MS = 20;

/** Seconds over which the recent delay is told. */
const RECENT_SECONDS = 10;

/** Watches the event loop until it is disposed of. */
export class EventLoopMonitor implements Disposable {
  readonly #clock: Clock;
  readonly #histogram: Pick<Histogram, "observe">;
  /** Worst and sum of the firings in each of the last seconds. */
  readonly #worst = new Float64Array(RECENT_SECONDS);
  readonly #seconds = new Float64Array(RECENT_SECONDS).fill(-1);
  #timer: TimerId | undefined;
  #dueAt = 0;

  constructor(clock: Clock, histogram: Pick<Histogram, "observe">) {
    this.#clock = clock;
    this.#histogram = histogram;
    this.#arm();
  }

  /** The worst delay of the last 10 s, milliseconds. */
  get recentMs(): number {
    const now = this.#clock.now();
    const oldest = Math.floor(now / 1000) - RECENT_SECONDS;
    // A timer that is overdue now is late already.
    let worst = Math.max(0, now - this.#dueAt);
    for (let index = 0; index < RECENT_SECONDS; index++) {
      if (this.#seconds[index]! > oldest) worst = Math.max(worst, this.#worst[index]!);
    }
    return worst;
  }

  [Symbol.dispose](): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    this.#dueAt = this.#clock.now() + PERIOD_MS;
    this.#timer = this.#clock.setTimeout(this.#fire, PERIOD_MS);
  }

  readonly #fire = (): void => {
    const now = this.#clock.now();
    const lateMs = Math.max(0, now - this.#dueAt);
    this.#histogram.observe(lateMs / 1000);
    const second = Math.floor(now / 1000);
    const index = second % RECENT_SECONDS;
    this.#worst[index] = this.#seconds[index] === second ? Math.max(this.#worst[index]!, lateMs) : lateMs;
    this.#seconds[index] = second;
    this.#arm();
  };
}
