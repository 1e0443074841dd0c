/**
 * The fleet as the console sees it: the known devices, those that are connected, and how their day goes. Nothing is gathered while nobody
 * looks, and changes are gathered and told a few times a second.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { Clock, TimerId } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { DeviceStatus } from "../../actors/device/status.ts";
import type { DeviceRecord, DeviceRegistry } from "../../services/devices/registry.ts";
import type { Alert } from "../../services/alerts/alert.ts";
import { alertsAbout } from "./device_alerts.ts";
import type { Tally } from "./tally.ts";
import type { FeedMessage, FleetChange, FleetDevice } from "./types.ts";

/** Between two rounds of changes, milliseconds: four a second are lively for people and cheap for the server. */
export const ROUND_MS = 250;
/** Between two looks at everything, milliseconds: for what no event tells, such as the tools that a device named late. */
export const SWEEP_MS = 5_000;
/** Parts in which everything is looked at: thousands of devices in one go would hold up the frames of those that speak. */
const SWEEP_PARTS = 20;
/** Between two readings of the registry, milliseconds: devices that came by elsewhere, or were named elsewhere. */
export const REGISTRY_MS = 30_000;
/** Devices of one page of the registry, and pages: what a browser can still search through at once. */
const PAGE = 1000;
const MAX_PAGES = 20;

/** What {@link Fleet} needs. */
export interface FleetOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly devices: () => readonly DeviceStatus[];
  /** The status of one connected device. */
  readonly device: (deviceId: string) => DeviceStatus | undefined;
  readonly crashes: (deviceId: string) => number;
  readonly rssi: (deviceId: string) => number | undefined;
  /** When the actor of a device last crashed, Unix milliseconds. */
  readonly crashedAt?: (deviceId: string) => number | undefined;
  /** The alerts that are not over; none by default. */
  readonly alerts?: () => readonly Alert[];
  readonly tally: Tally;
  /** Reads what was kept of today before this process; called once, when somebody looks. */
  readonly loadTally: () => Promise<void>;
  /** Absent where devices are not registered; then the fleet is those that are connected. */
  readonly registry?: Pick<DeviceRegistry, "list" | "get">;
}

/** A round of changes. */
export interface FleetRound {
  readonly changed: readonly FleetChange[];
  readonly gone: readonly string[];
  /** The round as a message for viewers who missed none; made once for all of them. */
  readonly text: () => string;
}

/** The fleet. */
export class Fleet implements Disposable {
  readonly #options: FleetOptions;
  readonly #records = new Map<string, DeviceRecord>();
  readonly #rows = new Map<string, FleetDevice>();
  /** Devices that the registry does not know, although they were connected. */
  readonly #unknown = new Set<string>();
  readonly #dirty = new Set<string>();
  readonly #watchers = new Set<(round: FleetRound) => void>();
  readonly #closing = new AbortController();
  #loaded: Promise<void> | undefined;
  #round: TimerId | undefined;
  #sweep: TimerId | undefined;
  #registryAt = -Infinity;
  #tallied = false;
  #watching: Disposable | undefined;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Viewers at this moment. */
  get watchers(): number {
    return this.#watchers.size;
  }

  /** Aborts when nobody may look any more, because the server stops. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Says that a device connected, left, or came into another state. Costs next to nothing while nobody looks. */
  touch(deviceId: string): void {
    if (this.#watchers.size === 0) return;
    this.#dirty.add(deviceId);
    this.#round ??= this.#options.clock.setTimeout(() => this.#tell(), ROUND_MS);
  }

  /** Says that what people say of a device has changed, or that it was deleted. */
  async edited(deviceId: string): Promise<void> {
    if (this.#watchers.size === 0) return;
    await this.#look(deviceId);
  }

  /** Begins to tell `watcher` of changes, after the fleet as it is. Dispose the result to end that. */
  async watch(watcher: (round: FleetRound) => void): Promise<{ readonly devices: readonly FleetDevice[] } & Disposable> {
    const first = this.#watchers.size === 0;
    this.#watchers.add(watcher);
    if (first) this.#begin();
    await this.#loaded;
    const stop = () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.#end();
    };
    return { devices: [...this.#rows.values()], [Symbol.dispose]: stop };
  }

  [Symbol.dispose](): void {
    this.#closing.abort();
    this.#watchers.clear();
    this.#end();
  }

  #begin(): void {
    this.#watching = this.#options.tally.watch((deviceId) => this.touch(deviceId));
    this.#rows.clear();
    this.#loaded = this.#load().finally(() => {
      if (this.#watchers.size > 0) this.#armSweep();
    });
  }

  #end(): void {
    this.#watching?.[Symbol.dispose]();
    const { clock } = this.#options;
    if (this.#round !== undefined) clock.clearTimeout(this.#round);
    if (this.#sweep !== undefined) clock.clearTimeout(this.#sweep);
    this.#round = this.#sweep = undefined;
    this.#dirty.clear();
    this.#unknown.clear();
  }

  async #load(): Promise<void> {
    const { devices, loadTally, logger } = this.#options;
    if (!this.#tallied) {
      this.#tallied = true;
      await loadTally().catch((error) => logger.warn("Today's turns cannot be read for the console: {error}", { error: messageOf(error) }));
    }
    await this.#readRegistry();
    const connected = new Map(devices().map((status) => [status.deviceId, status]));
    const alerts = this.#alerts();
    for (const id of new Set([...this.#records.keys(), ...connected.keys()])) this.#rows.set(id, this.#row(id, connected.get(id), alerts));
  }

  async #readRegistry(): Promise<void> {
    const { registry, clock } = this.#options;
    if (registry === undefined || clock.now() - this.#registryAt < REGISTRY_MS) return;
    this.#registryAt = clock.now();
    try {
      const found = new Map<string, DeviceRecord>();
      let cursor: string | undefined;
      for (let page = 0; page < MAX_PAGES; page++) {
        const { items, next } = await registry.list({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
        for (const record of items) found.set(record.deviceId, record);
        if (next === undefined) break;
        cursor = next;
      }
      this.#records.clear();
      for (const [id, record] of found) this.#records.set(id, record);
    } catch (error) {
      this.#unreadable(error);
    }
  }

  async #look(deviceId: string): Promise<void> {
    const record = await this.#options.registry?.get(deviceId);
    if (record === undefined) {
      this.#records.delete(deviceId);
      this.#unknown.add(deviceId);
    } else {
      this.#records.set(deviceId, record);
      this.#unknown.delete(deviceId);
    }
    this.touch(deviceId);
  }

  #unreadable(error: unknown): void {
    this.#options.logger.warn("The devices cannot be read for the console: {error}", { error: messageOf(error) });
  }

  #armSweep(ids: readonly string[] = [], part = 0): void {
    this.#sweep = this.#options.clock.setTimeout(() => {
      if (part > 0) return this.#sweepPart(ids, part);
      this.#readRegistry().finally(() => {
        if (this.#watchers.size > 0) this.#sweepPart([...new Set([...this.#records.keys(), ...this.#rows.keys()])], 0);
      });
    }, SWEEP_MS / SWEEP_PARTS);
  }

  #sweepPart(ids: readonly string[], part: number): void {
    const size = Math.ceil(ids.length / SWEEP_PARTS);
    for (const id of ids.slice(part * size, (part + 1) * size)) this.touch(id);
    this.#armSweep(ids, (part + 1) % SWEEP_PARTS);
  }

  #tell(): void {
    this.#round = undefined;
    const changed: FleetChange[] = [];
    const gone: string[] = [];
    const alerts = this.#alerts();
    for (const id of this.#dirty) {
      const status = this.#options.device(id);
      const before = this.#rows.get(id);
      if (!this.#records.has(id)) {
        if (status === undefined && (this.#options.registry === undefined || this.#unknown.has(id))) {
          if (this.#rows.delete(id)) gone.push(id);
          continue;
        }
        if (before?.online !== true) this.#look(id).catch((error) => this.#unreadable(error));
      }
      const row = this.#row(id, status, alerts, before);
      const change = before === undefined ? row : difference(before, row);
      if (change === undefined) continue;
      this.#rows.set(id, row);
      changed.push(change);
    }
    this.#dirty.clear();
    if (changed.length === 0 && gone.length === 0) return;
    const now = this.#options.clock.wall();
    let text: string | undefined;
    const message = (): FeedMessage => ({ type: "change", now, devices: changed, gone, skipped: 0 });
    const round: FleetRound = { changed, gone, text: () => text ??= JSON.stringify(message()) };
    for (const watcher of [...this.#watchers]) watcher(round);
  }

  #alerts(): readonly Alert[] {
    return this.#options.alerts?.() ?? [];
  }

  #row(id: string, status: DeviceStatus | undefined, active: readonly Alert[], before?: FleetDevice): FleetDevice {
    const { tally, crashes, crashedAt, rssi, clock } = this.#options;
    const record = this.#records.get(id);
    const { turns, latencies } = tally.of(id);
    const signal = rssi(id);
    const alerts = active.length === 0 ? [] : alertsAbout({ deviceId: id, status, crashedAt: crashedAt?.(id) }, active);
    // What the firmware said of itself at OTA names the type of the board; MCP says its name.
    const board = record?.board ?? status?.board ?? before?.board;
    const firmware = record?.firmware ?? status?.firmware ?? before?.firmware;
    const lastSeenAt = status !== undefined ? undefined : before?.online === true ? clock.wall() : record?.lastSeenAt ?? before?.lastSeenAt;
    return {
      id,
      online: status !== undefined,
      ...(record?.name === undefined ? {} : { name: record.name }),
      ...(record?.alias === undefined ? {} : { alias: record.alias }),
      ...(record?.room === undefined ? {} : { room: record.room }),
      ...(board === undefined ? {} : { board }),
      ...(firmware === undefined ? {} : { firmware }),
      ...(status === undefined
        ? {}
        : { state: status.state, since: status.since, connectedAt: status.connectedAt, address: status.remoteAddress }),
      ...(status?.mode === undefined ? {} : { mode: status.mode }),
      ...(lastSeenAt === undefined ? {} : { lastSeenAt }),
      tools: status?.tools.length ?? 0,
      ...(signal === undefined ? {} : { rssi: signal }),
      turns,
      latencies,
      restarts: crashes(id),
      ...(alerts.length === 0 ? {} : { alerts }),
    };
  }
}

/** What is new in `after`; undefined where nothing is. */
export function difference(before: FleetDevice, after: FleetDevice): FleetChange | undefined {
  const old: Readonly<Record<string, unknown>> = { ...before };
  const now: Readonly<Record<string, unknown>> = { ...after };
  const changes: Record<string, unknown> = {};
  for (const key of Object.keys(now)) {
    if (old[key] === now[key]) continue;
    // These lists are made anew for each row.
    if ((key === "latencies" || key === "alerts") && String(old[key]) === String(now[key])) continue;
    changes[key] = now[key];
  }
  for (const key of Object.keys(old)) if (!(key in now)) changes[key] = null;
  return Object.keys(changes).length === 0 ? undefined : { id: after.id, ...changes };
}
