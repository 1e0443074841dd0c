/**
 * The fleet in the browser: the server's snapshot, kept up to date by its changes.
 *
 * @module
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { FeedMessage, FleetDevice } from "../../routes/console/types.ts";

/** The devices as the server told them last. */
export interface FleetStore {
  /** By id. Replaced with every message; undefined before the first. */
  readonly devices: ReadonlySignal<ReadonlyMap<string, FleetDevice> | undefined>;
  /** The server's clock ahead of this machine's, milliseconds. */
  readonly aheadMs: ReadonlySignal<number>;
  /** Intermediate changes that the server left out, because this page was slow. */
  readonly skipped: ReadonlySignal<number>;
  /** Takes a message; `wall` is this machine's time. */
  take(message: FeedMessage, wall: number): void;
}

/** An empty store. */
export function fleetStore(): FleetStore {
  const devices = signal<ReadonlyMap<string, FleetDevice> | undefined>(undefined);
  const aheadMs = signal(0);
  const skipped = signal(0);
  return {
    devices,
    aheadMs,
    skipped,
    take(message, wall) {
      aheadMs.value = message.now - wall;
      if (message.type === "snapshot") {
        devices.value = new Map(message.devices.map((device) => [device.id, device]));
        return;
      }
      const next = new Map(devices.value);
      for (const change of message.devices) {
        const merged: Record<string, unknown> = { ...next.get(change.id), ...change };
        for (const key of Object.keys(merged)) if (merged[key] === null) delete merged[key];
        next.set(change.id, merged as unknown as FleetDevice);
      }
      for (const id of message.gone) next.delete(id);
      devices.value = next;
      if (message.skipped > 0) skipped.value += message.skipped;
    },
  };
}
