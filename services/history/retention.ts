/**
 * Erases turns that are older than they are to be kept, with their audio, a few at a time.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { type Clock, delay } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { DeviceRegistry } from "../devices/registry.ts";
import { Rounds } from "../rounds.ts";
import type { HistoryArchive } from "./archive.ts";
import type { Erase } from "./eraser.ts";

const DAY_MS = 86_400_000;
/** Between two rounds, milliseconds: retention counts in days. */
const ROUND_MS = 3_600_000;
/** Turns erased in one transaction: a few milliseconds of the event loop. */
const CHUNK = 200;
/** Pause after each transaction, milliseconds: devices that speak meanwhile come first. */
const PAUSE_MS = 20;

/** What a {@link Retention} needs. */
export interface RetentionOptions {
  readonly archive: Pick<HistoryArchive, "turns">;
  readonly erase: Erase;
  readonly devices: Pick<DeviceRegistry, "retentions">;
  /** Days for which turns are kept where the device has no number of its own; 0 for ever. */
  readonly defaultDays: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Runs from its making until it is disposed of. Two nodes may run it side by side: what one erased, the other does not find. */
export class Retention implements AsyncDisposable {
  readonly #options: RetentionOptions;
  readonly #rounds: Rounds;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#rounds = new Rounds({ clock: options.clock, everyMs: ROUND_MS, round: (signal) => this.#round(signal) });
  }

  /**
   * One round now; how many turns were erased.
   *
   * @throws {HistoryError} When the history cannot be read or written.
   */
  async apply(signal?: AbortSignal): Promise<number> {
    const { archive, devices, defaultDays, clock } = this.#options;
    // An archive that is not open refuses here. Devices are carried over to a shared registry before it is, so their numbers are read after.
    await archive.turns({ limit: 1 });
    const own = await devices.retentions();
    const now = clock.wall();
    let erased = 0;
    for (const [deviceId, days] of own) {
      if (days > 0) erased += await this.#eraseDevice(deviceId, now - days * DAY_MS, signal);
    }
    return defaultDays > 0 ? erased + await this.#eraseOthers(own, now - defaultDays * DAY_MS, signal) : erased;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rounds[Symbol.asyncDispose]();
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { logger } = this.#options;
    try {
      const turns = await this.apply(signal);
      if (turns > 0) logger.info("Erased {turns} turns that were older than they are to be kept", { turns });
    } catch (error) {
      logger.warn("Old turns cannot be erased now: {error}", { error: messageOf(error) });
    }
  }

  /** Turns of all devices without a number of their own, found by walking through the old ones. */
  async #eraseOthers(own: ReadonlyMap<string, number>, before: number, signal?: AbortSignal): Promise<number> {
    const { archive } = this.#options;
    let erased = 0;
    let cursor: string | undefined;
    do {
      const page = await archive.turns({ until: before, order: "oldest", limit: CHUNK, ...(cursor === undefined ? {} : { cursor }) });
      const devices = new Set(page.items.map((turn) => turn.deviceId));
      for (const deviceId of devices) if (!own.has(deviceId)) erased += await this.#eraseDevice(deviceId, before, signal);
      cursor = page.next;
      await this.#pause(signal);
    } while (cursor !== undefined && !signal?.aborted);
    return erased;
  }

  /** Turns of a device that began before an instant. */
  async #eraseDevice(deviceId: string, before: number, signal?: AbortSignal): Promise<number> {
    const { archive, erase } = this.#options;
    let erased = 0;
    while (!signal?.aborted) {
      const { items, next } = await archive.turns({ deviceId, until: before, order: "oldest", limit: CHUNK });
      const last = items.at(-1);
      if (last === undefined) break;
      const { turns } = await erase({ deviceId, until: next === undefined ? before - 1 : last.startedAt });
      erased += turns;
      // An archive that erased nothing would be asked for the same page for ever.
      if (next === undefined || turns === 0) break;
      await this.#pause(signal);
    }
    return erased;
  }

  async #pause(signal?: AbortSignal): Promise<void> {
    await delay(this.#options.clock, PAUSE_MS, signal).catch(() => {});
  }
}
