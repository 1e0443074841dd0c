/**
 * Flags that hold for a part of the devices.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** On, off, or on for a part of the devices. */
export type Rollout = boolean | { readonly percent: number };

/** Numbers that four bytes can have. */
const BUCKETS = 2 ** 32;

/**
 * Where a device stands in the roll-out of a flag, from 0 up to, and not including, 100. The same device always stands at the same place,
 * on every node and after every restart; in the roll-out of another flag it stands elsewhere, so that not the same devices try everything.
 */
export function rolloutPlace(flag: string, deviceId: string): number {
  return createHash("sha256").update(`${flag}\n${deviceId}`).digest().readUInt32BE(0) / BUCKETS * 100;
}

/** Whether a flag holds for a device. A device that has it at some percentage has it at every greater one. */
export function isOnFor(flag: string, value: Rollout, deviceId: string): boolean {
  return typeof value === "boolean" ? value : rolloutPlace(flag, deviceId) < value.percent;
}
