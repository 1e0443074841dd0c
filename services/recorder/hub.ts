/**
 * The recorders of all devices.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { DeviceRecorder } from "./recorder.ts";

/** Devices whose recordings are held: as many as may be connected, so that a stream of invented ids cannot fill the memory. */
export const DEFAULT_MAX_DEVICES = 1_000;
/** How long the recording of a device that left is kept, milliseconds: long enough to notice that something went wrong and look. */
export const DEFAULT_KEEP_MS = 60 * 60_000;

/** What a {@link RecorderHub} needs; the rest goes to each {@link DeviceRecorder}. */
export interface RecorderHubOptions {
  readonly clock: Clock;
  /** Version of this program. */
  readonly appVersion: string;
  /** Records a device. */
  readonly records?: number;
  /** Bytes a device. */
  readonly bytes?: number;
  /** Whether texts are recorded. */
  readonly transcripts?: boolean;
  /** @default {DEFAULT_MAX_DEVICES} */
  readonly maxDevices?: number;
  /** @default {DEFAULT_KEEP_MS} */
  readonly keepMs?: number;
}

interface Entry {
  readonly recorder: DeviceRecorder;
  /** Connections that record into it now. */
  present: number;
  /** Clock milliseconds at which the last of them left. */
  leftAt: number;
}

/** One recorder a device. A device that comes back within the hour goes on in the same recording. */
export class RecorderHub {
  readonly #options: RecorderHubOptions;
  readonly #maxDevices: number;
  readonly #keepMs: number;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();

  constructor(options: RecorderHubOptions) {
    this.#options = options;
    this.#maxDevices = options.maxDevices ?? DEFAULT_MAX_DEVICES;
    this.#keepMs = options.keepMs ?? DEFAULT_KEEP_MS;
  }

  /** The recorder for a connection of a device. Each call has its {@link left}. */
  for(deviceId: string): DeviceRecorder {
    this.#sweep();
    const entry = this.#entries.get(deviceId) ??
      { recorder: new DeviceRecorder({ ...this.#options, deviceId }), present: 0, leftAt: 0 };
    entry.present++;
    this.#touch(deviceId, entry);
    this.#bound();
    return entry.recorder;
  }

  /** Says that a connection of the device is over. */
  left(deviceId: string): void {
    const entry = this.#entries.get(deviceId);
    if (entry === undefined) return;
    entry.present = Math.max(0, entry.present - 1);
    entry.leftAt = this.#options.clock.now();
    this.#touch(deviceId, entry);
  }

  /** The recorder of a device that is here or left not long ago. */
  get(deviceId: string): DeviceRecorder | undefined {
    this.#sweep();
    return this.#entries.get(deviceId)?.recorder;
  }

  /** Devices with a recording, most recently used first. */
  list(): readonly { readonly deviceId: string; readonly present: boolean }[] {
    this.#sweep();
    return [...this.#entries].reverse().map(([deviceId, entry]) => ({ deviceId, present: entry.present > 0 }));
  }

  #touch(deviceId: string, entry: Entry): void {
    this.#entries.delete(deviceId);
    this.#entries.set(deviceId, entry);
  }

  #sweep(): void {
    const oldest = this.#options.clock.now() - this.#keepMs;
    for (const [deviceId, entry] of this.#entries) {
      if (entry.present === 0 && entry.leftAt < oldest) this.#entries.delete(deviceId);
    }
  }

  /** Devices that left go first; one that is here keeps recording even when it can no longer be looked up. */
  #bound(): void {
    for (const departed of [true, false]) {
      for (const [deviceId, entry] of this.#entries) {
        if (this.#entries.size <= this.#maxDevices) return;
        if ((entry.present === 0) === departed) this.#entries.delete(deviceId);
      }
    }
  }
}
