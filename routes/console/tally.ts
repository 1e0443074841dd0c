/**
 * How today's turns of each device went, for the fleet at a glance.
 *
 * @module
 */

import { type LocalDay, localDay } from "../../base/local_day.ts";
import type { Clock } from "../../base/clock.ts";
import type { StoredTurn, TurnRecord } from "../../services/history/store.ts";

/** Latencies kept of a device: the points of its sparkline. */
export const MAX_LATENCIES = 20;
/** Devices that are kept at once; the one that spoke longest ago goes first. */
const MAX_DEVICES = 50_000;

/** A turn, committed or read from the archive. */
type Counted = Pick<TurnRecord | StoredTurn, "turnId" | "deviceId" | "startedAt" | "source" | "timings" | "outcome">;

/** What is known of a device's day. */
export interface DeviceDay {
  readonly turns: number;
  /** Milliseconds from the end of speech to the first frame, oldest first. */
  readonly latencies: readonly number[];
}

/** The day of all devices together. */
export interface DayTotal {
  readonly turns: number;
  /** Of those, turns that failed or that a crash ended. */
  readonly failed: number;
}

const NOTHING: DeviceDay = { turns: 0, latencies: [] };

/** What {@link Tally} needs. */
export interface TallyOptions {
  readonly clock: Clock;
  /** IANA name of the zone whose midnight begins a day; empty for the machine's. */
  readonly timezone: string;
}

/** The turns of today, by device. */
export class Tally {
  readonly #options: TallyOptions;
  readonly #days = new Map<string, DeviceDay>();
  readonly #listeners = new Set<(deviceId: string) => void>();
  /** Turns that were counted as they ended, which an archive that is read later holds, too. */
  #counted = new Set<string>();
  #day: LocalDay;
  #total = { turns: 0, failed: 0 };

  constructor(options: TallyOptions) {
    this.#options = options;
    this.#day = localDay(options.timezone, options.clock.wall());
  }

  /** The first instant of today, Unix milliseconds. */
  get startsAt(): number {
    return this.#today().startsAt;
  }

  /** The day of a device. */
  of(deviceId: string): DeviceDay {
    this.#today();
    return this.#days.get(deviceId) ?? NOTHING;
  }

  /** The day of all devices. */
  get total(): DayTotal {
    this.#today();
    return { ...this.#total };
  }

  /** Counts a turn that is over. Never throws. */
  add(turn: Counted): void {
    this.#count(turn);
    for (const listener of this.#listeners) listener(turn.deviceId);
  }

  /** Counts turns of the archive, newest first, that were kept before this process began to count. */
  addEarlier(turns: Iterable<Counted>): void {
    for (const turn of turns) this.#count(turn, true);
  }

  /** Tells of every device whose day changes. */
  watch(listener: (deviceId: string) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #count({ turnId, deviceId, startedAt, source, timings, outcome }: Counted, earlier = false): void {
    if (source === "say" || startedAt < this.#today().startsAt || this.#counted.has(turnId)) return;
    this.#counted.add(turnId);
    this.#total.turns++;
    if (outcome === "failed" || outcome === "crashed") this.#total.failed++;
    const before = this.#days.get(deviceId) ?? NOTHING;
    const { speechEndMs, firstFrameMs } = timings;
    const latency = speechEndMs === undefined || firstFrameMs === undefined ? [] : [Math.round(firstFrameMs - speechEndMs)];
    const latencies = earlier ? [...latency, ...before.latencies] : [...before.latencies, ...latency];
    this.#days.delete(deviceId);
    this.#days.set(deviceId, { turns: before.turns + 1, latencies: latencies.slice(-MAX_LATENCIES) });
    const oldest = this.#days.keys().next().value;
    if (this.#days.size > MAX_DEVICES && oldest !== undefined) this.#days.delete(oldest);
  }

  #today(): LocalDay {
    const { clock, timezone } = this.#options;
    const now = clock.wall();
    if (now < this.#day.startsAt || now >= this.#day.endsAt) {
      this.#day = localDay(timezone, now);
      this.#days.clear();
      this.#total = { turns: 0, failed: 0 };
      this.#counted = new Set();
    }
    return this.#day;
  }
}
