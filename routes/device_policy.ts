/**
 * Which devices may use this server.
 *
 * @module
 */

/** How devices are chosen, from the configuration. */
export interface DevicePolicyOptions {
  readonly allow: "any" | "known" | "list";
  readonly list: readonly string[];
  /** Whether a device was seen before; asked only when `allow` is `known`. */
  readonly isKnown: (deviceId: string) => boolean | Promise<boolean>;
}

/** Whether a device, by its id in lower case, may use this server, and if not, why, for whoever reads the answer. */
export type DevicePolicy = (deviceId: string) => Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: string }>;

/** Makes the policy. */
export function devicePolicy({ allow, list, isKnown }: DevicePolicyOptions): DevicePolicy {
  const listed = new Set(list.map((deviceId) => deviceId.toLowerCase()));
  return async (deviceId) => {
    if (allow === "list" && !listed.has(deviceId)) {
      return { ok: false, reason: `Device ${deviceId} is not in devices.list; add it there to let it in` };
    }
    if (allow === "known" && !await isKnown(deviceId)) {
      return { ok: false, reason: `Device ${deviceId} is new and devices.allow is known; set it to any to let new devices in` };
    }
    return { ok: true };
  };
}

/**
 * Whether devices must show a token. `auto` asks for it as soon as others than this machine can reach the port.
 */
export function tokenRequired(mode: "auto" | "required" | "off", host: string): boolean {
  if (mode !== "auto") return mode === "required";
  return !(host === "localhost" || host === "::1" || host.startsWith("127."));
}
