/**
 * How much each device has used today, counted in memory and, after a start, from the history.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { type LocalDay, localDay } from "../../base/local_day.ts";
import type { DeviceStore, DeviceUsage } from "./device_store.ts";
import type { TurnRecord } from "./store.ts";

/** Devices that are remembered at once: more than a process serves in a day. */
const MAX_DEVICES = 10_000;

/** What {@link DailyUsage} needs. */
export interface DailyUsageOptions {
  readonly clock: Clock;
  /** IANA name of the zone whose midnight begins a day; empty for the machine's. */
  readonly timezone: string;
  readonly store: Pick<DeviceStore, "usageOf">;
}

/** The usage of today. One for all devices, so that a device that reconnects goes on where it was. */
export class DailyUsage {
  readonly #options: DailyUsageOptions;
  readonly #devices = new Map<string, Promise<{ turns: number; spokenMs: number }>>();
  #day: LocalDay;

  constructor(options: DailyUsageOptions) {
    this.#options = options;
    this.#day = localDay(options.timezone, options.clock.wall());
  }

  /**
   * What a device has used since the last midnight.
   *
   * @throws {HistoryError} When the history cannot be read.
   */
  async of(deviceId: string): Promise<DeviceUsage> {
    const { startsAt, endsAt } = this.#today();
    const known = this.#devices.get(deviceId);
    if (known !== undefined) return { ...await known };
    const counted = this.#options.store.usageOf(deviceId, startsAt, endsAt).then((usage) => ({ ...usage }));
    // What is forgotten is counted anew from the history.
    if (this.#devices.size >= MAX_DEVICES) this.#devices.clear();
    this.#devices.set(deviceId, counted);
    try {
      return { ...await counted };
    } catch (error) {
      if (this.#devices.get(deviceId) === counted) this.#devices.delete(deviceId);
      throw error;
    }
  }

  /** Takes in a turn that was committed. One that began yesterday counts as yesterday's. */
  async add({ deviceId, source, outcome, heardMs, startedAt }: TurnRecord): Promise<void> {
    const { startsAt } = this.#today();
    const known = this.#devices.get(deviceId);
    // A device that was not asked about is counted from the history, with this turn, when it is.
    if (known === undefined || startedAt < startsAt || source === "say") return;
    const usage = await known;
    usage.spokenMs += heardMs;
    if (source !== "wake" && (outcome === "completed" || outcome === "interrupted")) usage.turns++;
  }

  /** The day that it is; a new one forgets what was counted. */
  #today(): LocalDay {
    const { clock, timezone } = this.#options;
    const now = clock.wall();
    if (now < this.#day.startsAt || now >= this.#day.endsAt) {
      this.#day = localDay(timezone, now);
      this.#devices.clear();
    }
    return this.#day;
  }
}
