/**
 * The devices that this server knows: what they said of themselves, and what people call them.
 *
 * @module
 */

import type { Page, PageQuery } from "../history/archive.ts";

/** A device came by: at OTA, with a connection, or in turns that were brought in. */
export interface DeviceSighting {
  readonly deviceId: string;
  /** Unix milliseconds. */
  readonly seenAt: number;
  readonly clientId?: string;
  /** Version of the firmware. */
  readonly firmware?: string;
  /** Board type, such as `bread-compact-wifi`. */
  readonly board?: string;
  /** Language of the firmware, such as `zh-CN`. */
  readonly language?: string;
}

/** What people say of a device; a null takes the value away. */
export interface DeviceChanges {
  readonly name?: string | null;
  /** Another name, by which it is called aloud. */
  readonly alias?: string | null;
  readonly room?: string | null;
  /** Goes before what the firmware says. */
  readonly language?: string | null;
  /** Replaces all flags. */
  readonly flags?: Readonly<Record<string, boolean>>;
}

/** A known device. */
export interface DeviceRecord {
  readonly deviceId: string;
  /** Of its latest contact; empty where it never said one. */
  readonly clientId: string;
  /** Unix milliseconds. */
  readonly firstSeenAt: number;
  /** Unix milliseconds of its latest OTA request, connection or disconnection. */
  readonly lastSeenAt: number;
  readonly firmware?: string;
  readonly board?: string;
  readonly name?: string;
  readonly alias?: string;
  readonly room?: string;
  /** What people chose, else what the firmware said. */
  readonly language?: string;
  readonly flags: Readonly<Record<string, boolean>>;
  /** Days for which its turns are kept, 0 for ever; absent where `history.retentionDays` decides. */
  readonly retentionDays?: number;
}

/**
 * The registry of devices. Whether a device is online is not in here: that is true only of the process that has its socket, and is asked
 * there.
 */
export interface DeviceRegistry extends AsyncDisposable {
  /** Remembers a sighting. It is written with others, a few seconds later at most, and readable here at once. Never throws. */
  note(sighting: DeviceSighting): void;
  /** A device; undefined where it never came by. */
  get(deviceId: string): Promise<DeviceRecord | undefined>;
  /**
   * Devices by their id, those included that came by a moment ago.
   *
   * @throws {HistoryError} `bad_cursor` for a cursor that no list gave.
   */
  list(query?: PageQuery): Promise<Page<DeviceRecord>>;
  /** Changes what people say of a device; undefined where it is not known. */
  update(deviceId: string, changes: DeviceChanges): Promise<DeviceRecord | undefined>;
  /** Sets for how many days turns of a device are kept; undefined leaves it to the configuration. False where it is not known. */
  setRetention(deviceId: string, days: number | undefined): Promise<boolean>;
  /** Devices with a retention of their own, in days. */
  retentions(): Promise<ReadonlyMap<string, number>>;
  /** Forgets a device, until it comes by again; whether it was known. */
  remove(deviceId: string): Promise<boolean>;
}
