/**
 * A device as the playout sees it: a queue that drains in real time, played millisecond by millisecond.
 *
 * @module
 */

import type { VirtualClock } from "../../support/virtual_clock.ts";

/** Counts what really was played, without knowing anything of the playout's schedule. */
export class SimulatedDevice {
  readonly arrivals: number[] = [];
  readonly timestamps: number[] = [];
  playedMs = 0;
  /** Longest gap within the reply. */
  gapMs = 0;
  #queuedMs = 0;
  #silentMs = 0;

  constructor(readonly clock: VirtualClock, readonly frameMs: number) {}

  receive(timestampMs: number): void {
    this.arrivals.push(this.clock.now());
    this.timestamps.push(timestampMs);
    if (this.arrivals.length > 1) this.gapMs = Math.max(this.gapMs, this.#silentMs);
    this.#silentMs = 0;
    this.#queuedMs += this.frameMs;
  }

  get idle(): boolean {
    return this.#queuedMs === 0;
  }

  /** Lets `ms` whole milliseconds pass. */
  async run(ms: number, each: () => void = () => {}): Promise<void> {
    for (let i = 0; i < ms; i++) {
      await this.clock.advance(0);
      if (this.#queuedMs > 0) {
        this.#queuedMs--;
        this.playedMs++;
      } else {
        this.#silentMs++;
      }
      await this.clock.advance(1);
      each();
    }
  }

  /** Most frames that arrived at one instant, from the `from`th frame on. */
  burst(from = 0): number {
    const counts = new Map<number, number>();
    for (const at of this.arrivals.slice(from)) counts.set(at, (counts.get(at) ?? 0) + 1);
    return Math.max(0, ...counts.values());
  }
}
