/**
 * A device's name in traces.
 *
 * @module
 */

import { createHmac } from "node:crypto";

/** Characters of the name: 64 bits keep a million devices apart. */
const LENGTH = 16;

/**
 * A name that stays the same for this data directory and says nothing about the device. A key is needed: the ids are MAC addresses, so few
 * that a plain hash is undone by trying them all.
 */
export function deviceHash(deviceId: string, key: Uint8Array): string {
  return createHmac("sha256", key).update(`trace|${deviceId}`).digest("hex").slice(0, LENGTH);
}
