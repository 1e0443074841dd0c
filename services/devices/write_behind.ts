/**
 * The registry in front of its table: sightings are gathered in memory and written together, so that a fleet which reconnects at once costs
 * a few statements and not one a device.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { type Clock, delay } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { Page, PageQuery } from "../history/archive.ts";
import { Rounds } from "../rounds.ts";
import type { DeviceChanges, DeviceRecord, DeviceRegistry, DeviceSighting } from "./registry.ts";
import type { DeviceTable, SeenDeviceRow } from "./store.ts";

/** Between two writes, milliseconds: a crash forgets at most this much of when a device was last seen. */
const FLUSH_MS = 5_000;
/** Devices of one write: 200 rows a second at most, whatever happens; the rest waits for the next. */
const FLUSH_DEVICES = 1_000;
/** Devices that wait at most while the database is away; those beyond are noted when they come by again. */
const MAX_WAITING = 50_000;

/** At the end, how long the last write may take, milliseconds: within the 5 s that stopping may take. */
const LAST_WRITE_MS = 1_000;

/** Devices remembered as written, so that each is written early at most once; beyond it all are forgotten, which costs some writes. */
const MAX_WRITTEN = 200_000;

/** What {@link deviceRegistry} needs. */
export interface DeviceRegistryOptions {
  readonly table: DeviceTable;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A registry on a table. Disposing of it writes what waits; the database stays open. */
export function deviceRegistry(options: DeviceRegistryOptions): DeviceRegistry {
  return new WriteBehindRegistry(options);
}

class WriteBehindRegistry implements DeviceRegistry {
  readonly #table: DeviceTable;
  readonly #logger: Logger;
  readonly #waiting = new Map<string, SeenDeviceRow>();
  /** Devices that are in the table for certain. */
  readonly #written = new Set<string>();
  readonly #rounds: Rounds;
  readonly #clock: Clock;
  /** Whether the last write failed: an outage of hours is told once. */
  #isAway = false;

  constructor({ table, clock, logger }: DeviceRegistryOptions) {
    this.#table = table;
    this.#logger = logger;
    this.#clock = clock;
    this.#rounds = new Rounds({ clock, everyMs: FLUSH_MS, round: () => this.#flush(FLUSH_DEVICES) });
  }

  note(sighting: DeviceSighting): void {
    const before = this.#waiting.get(sighting.deviceId);
    if (before === undefined && this.#waiting.size >= MAX_WAITING) return;
    this.#waiting.set(sighting.deviceId, merged(before, sighting));
  }

  async get(deviceId: string): Promise<DeviceRecord | undefined> {
    return withSighting(await this.#table.get(deviceId), this.#waiting.get(deviceId));
  }

  async list(query?: PageQuery): Promise<Page<DeviceRecord>> {
    // Somebody who has just connected a device looks for it here.
    await this.#write([...this.#waiting.values().filter(({ deviceId }) => !this.#written.has(deviceId)).take(FLUSH_DEVICES)]);
    const { items, ...rest } = await this.#table.list(query);
    return { items: items.map((device) => withSighting(device, this.#waiting.get(device.deviceId)) ?? device), ...rest };
  }

  async update(deviceId: string, changes: DeviceChanges): Promise<DeviceRecord | undefined> {
    await this.#writeOne(deviceId);
    return await this.#table.update(deviceId, changes) ? await this.get(deviceId) : undefined;
  }

  async setRetention(deviceId: string, days: number | undefined): Promise<boolean> {
    await this.#writeOne(deviceId);
    return await this.#table.setRetention(deviceId, days);
  }

  retentions(): Promise<ReadonlyMap<string, number>> {
    return this.#table.retentions();
  }

  async remove(deviceId: string): Promise<boolean> {
    const waited = this.#waiting.delete(deviceId);
    this.#written.delete(deviceId);
    return await this.#table.remove(deviceId) || waited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rounds[Symbol.asyncDispose]();
    const limit = new AbortController();
    await Promise.race([this.#flush(Infinity), delay(this.#clock, LAST_WRITE_MS, limit.signal).catch(() => {})]);
    limit.abort();
  }

  async #writeOne(deviceId: string): Promise<void> {
    const sighting = this.#waiting.get(deviceId);
    if (sighting !== undefined) await this.#write([sighting]);
  }

  async #write(sightings: readonly SeenDeviceRow[]): Promise<void> {
    if (sightings.length === 0) return;
    await this.#table.see(sightings);
    if (this.#written.size > MAX_WRITTEN) this.#written.clear();
    for (const sighting of sightings) {
      // What came meanwhile, or was removed meanwhile, is another matter.
      if (this.#waiting.get(sighting.deviceId) !== sighting) continue;
      this.#waiting.delete(sighting.deviceId);
      this.#written.add(sighting.deviceId);
    }
  }

  async #flush(most: number): Promise<void> {
    try {
      await this.#write([...this.#waiting.values().take(most)]);
      this.#isAway = false;
    } catch (error) {
      if (this.#isAway) return;
      this.#isAway = true;
      this.#logger.warn("{count} devices cannot be noted yet: {error}", { count: this.#waiting.size, error: messageOf(error) });
    }
  }
}

function merged(before: SeenDeviceRow | undefined, sighting: DeviceSighting): SeenDeviceRow {
  const said = Object.fromEntries(Object.entries(sighting).filter(([, value]) => value !== undefined && value !== ""));
  if (before === undefined) return { ...said, deviceId: sighting.deviceId, seenAt: sighting.seenAt, firstSeenAt: sighting.seenAt };
  return {
    ...before,
    ...said,
    seenAt: Math.max(before.seenAt, sighting.seenAt),
    firstSeenAt: Math.min(before.firstSeenAt, sighting.seenAt),
  };
}

/** A record as it will be when what waits has been written. What people chose as language is not known from the row alone, so it stands. */
function withSighting(device: DeviceRecord | undefined, sighting: SeenDeviceRow | undefined): DeviceRecord | undefined {
  if (sighting === undefined) return device;
  const { deviceId, clientId, firmware, board, language, firstSeenAt, seenAt } = sighting;
  const said = { ...(firmware === undefined ? {} : { firmware }), ...(board === undefined ? {} : { board }) };
  if (device === undefined) {
    const spoken = language === undefined ? {} : { language };
    return { deviceId, clientId: clientId ?? "", firstSeenAt, lastSeenAt: seenAt, ...said, ...spoken, flags: {} };
  }
  return {
    ...device,
    ...said,
    clientId: clientId ?? device.clientId,
    firstSeenAt: Math.min(device.firstSeenAt, firstSeenAt),
    lastSeenAt: Math.max(device.lastSeenAt, seenAt),
  };
}
