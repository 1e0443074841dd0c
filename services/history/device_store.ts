/**
 * What is kept of each device beside its turns.
 *
 * @module
 */

/** What is remembered of earlier conversations of a device. */
export interface DeviceMemory {
  readonly deviceId: string;
  /** In words, for the chat stage; empty where nothing is remembered, or not any more. */
  readonly summary: string;
  /** Turns that began up to then (Unix milliseconds) are in it, or are not to be. */
  readonly coversUntil: number;
  /** Number of the version, from 1: whoever replaces it must have read the one before. */
  readonly version: number;
}

/** What a device has used within a stretch of time. */
export interface DeviceUsage {
  /** Questions, spoken or typed, that were answered, in full or until the person cut in. */
  readonly turns: number;
  /** Milliseconds of answers that were heard; announcements of the owner do not count. */
  readonly spokenMs: number;
}

/** The store of what is kept of devices. */
export interface DeviceStore {
  /** The memory of a device; undefined where there never was one. */
  memoryOf(deviceId: string): Promise<DeviceMemory | undefined>;
  /**
   * Keeps a memory if its version is the next one: 1 where there is none, else one more than what is kept.
   *
   * @returns Whether it was kept; false when another was kept, or forgotten, in between.
   */
  saveMemory(memory: DeviceMemory): Promise<boolean>;
  /**
   * Forgets the memory of a device. Turns that began up to `at` will not come back into it.
   *
   * @returns Whether anything was remembered.
   */
  forgetMemory(deviceId: string, at: number): Promise<boolean>;
  /** The role that was chosen for a device at run time. */
  roleOf(deviceId: string): Promise<string | undefined>;
  /** Keeps the role chosen for a device; undefined goes back to what the configuration says. */
  saveRole(deviceId: string, role: string | undefined): Promise<void>;
  /** What a device has used in turns that began from `from` until before `until`, Unix milliseconds. */
  usageOf(deviceId: string, from: number, until: number): Promise<DeviceUsage>;
}
