/**
 * Keys and tags of what is cached of a device.
 *
 * @module
 */

/** The first page of a device's sessions: the key that the project began with. */
export function deviceSessionsKey(deviceId: string, limit?: number): string {
  return `device_sessions${limit === undefined ? "" : `_${limit}`}:${deviceId}`;
}

/** Another fact of a device, such as `device_role:{deviceId}`. */
export function deviceKey(what: "known" | "role" | "memory", deviceId: string): string {
  return `device_${what}:${deviceId}`;
}

/** What all keys of the form `device_*:{deviceId}` carry. */
export function deviceTag(deviceId: string): string {
  return `device:${deviceId}`;
}
