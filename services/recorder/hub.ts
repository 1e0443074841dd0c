/**
 * The recorders of all devices.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { RecordedConnection } from "./connection.ts";
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
  /** Devices that are here. */
  readonly #present = new Map<string, Entry>();
  /** Devices that left, longest ago first, so that those to forget are found at the front. */
  readonly #departed = new Map<string, Entry>();

  constructor(options: RecorderHubOptions) {
    this.#options = options;
    this.#maxDevices = options.maxDevices ?? DEFAULT_MAX_DEVICES;
    this.#keepMs = options.keepMs ?? DEFAULT_KEEP_MS;
  }

  /** What a new connection of a device records into. Each call has its {@link left}. */
  for(deviceId: string): RecordedConnection {
    this.#sweep();
    const entry = this.#entry(deviceId) ?? { recorder: new DeviceRecorder({ ...this.#options, deviceId }), present: 0, leftAt: 0 };
    entry.present++;
    this.#departed.delete(deviceId);
    this.#present.delete(deviceId);
    this.#present.set(deviceId, entry);
    this.#bound();
    return entry.recorder.connection();
  }

  /** Says that a connection of the device is over. */
  left(deviceId: string): void {
    const entry = this.#present.get(deviceId);
    if (entry === undefined) return;
    entry.present--;
    if (entry.present > 0) return;
    entry.leftAt = this.#options.clock.now();
    this.#present.delete(deviceId);
    this.#departed.set(deviceId, entry);
  }

  /** The recorder of a device that is here or left not long ago. */
  get(deviceId: string): DeviceRecorder | undefined {
    this.#sweep();
    return this.#entry(deviceId)?.recorder;
  }

  /** Devices with a recording: those that are here, then those that left, most recent first. */
  list(): readonly { readonly deviceId: string; readonly present: boolean }[] {
    this.#sweep();
    const ids = (of: ReadonlyMap<string, Entry>, present: boolean) => [...of.keys()].reverse().map((deviceId) => ({ deviceId, present }));
    return [...ids(this.#present, true), ...ids(this.#departed, false)];
  }

  #entry(deviceId: string): Entry | undefined {
    return this.#present.get(deviceId) ?? this.#departed.get(deviceId);
  }

  /** Forgets those that left too long ago; looks at no other. */
  #sweep(): void {
    const oldest = this.#options.clock.now() - this.#keepMs;
    for (const [deviceId, { leftAt }] of this.#departed) {
      if (leftAt >= oldest) return;
      this.#departed.delete(deviceId);
    }
  }

  /** Devices that left go first; one that is here keeps recording even when it can no longer be looked up. */
  #bound(): void {
    for (const group of [this.#departed, this.#present]) {
      for (const deviceId of group.keys()) {
        if (this.#departed.size + this.#present.size <= this.#maxDevices) return;
        group.delete(deviceId);
      }
    }
  }
}
