/**
 * Who a device says that it is, in the headers of the firmware or, for browsers, which cannot set headers, in the query.
 *
 * @module
 */

import type { DeviceIdentity } from "./transport/transport.ts";

/** What a request says of its device. */
export interface ClaimedIdentity extends Omit<DeviceIdentity, "remoteAddress"> {
  /** Token without its scheme; empty where none came. Never to be logged. */
  readonly token: string;
}

/** Longest device id: as long as `devices.list` takes one. A MAC address has 17 characters. */
const MAX_DEVICE_ID = 128;

/** Longest client id: stock devices send a UUID of 36 characters, web clients a name. */
const MAX_CLIENT_ID = 64;

/** What a device id looks like, in lower case. */
export const DEVICE_ID_FORM = new RegExp(`^[a-z0-9][a-z0-9:._-]{0,${MAX_DEVICE_ID - 1}}$`);
/** What a client id looks like. */
export const CLIENT_ID_FORM = new RegExp(`^[A-Za-z0-9:._@-]{0,${MAX_CLIENT_ID}}$`);

/** What may be wrong with what a request says. */
export type IdentityError = "device_id_missing" | "device_id_invalid" | "client_id_invalid";

/** Sentences for people who read the answer. */
export const IDENTITY_ERRORS: Readonly<Record<IdentityError, string>> = {
  device_id_missing: "The Device-Id header is missing; it is the MAC address of the device",
  device_id_invalid: `The Device-Id header must be at most ${MAX_DEVICE_ID} letters, digits, colons, dots, hyphens or underscores`,
  client_id_invalid: `The Client-Id header must be at most ${MAX_CLIENT_ID} letters, digits, colons, dots, hyphens, underscores or @`,
};

/** Reads the identity of a request. The query is looked at for what no header says, and only when `query` is given. */
export function claimedIdentity(
  headers: Headers,
  query?: URLSearchParams,
): { readonly ok: true; readonly identity: ClaimedIdentity } | { readonly ok: false; readonly error: IdentityError } {
  const said = (name: string) => (headers.get(name) ?? query?.get(name) ?? "").trim();
  // Stock devices write their MAC in lower case, web clients in upper case.
  const deviceId = said("device-id").toLowerCase();
  const clientId = said("client-id");
  if (deviceId === "") return { ok: false, error: "device_id_missing" };
  if (!DEVICE_ID_FORM.test(deviceId)) return { ok: false, error: "device_id_invalid" };
  if (!CLIENT_ID_FORM.test(clientId)) return { ok: false, error: "client_id_invalid" };
  const version = Number(said("protocol-version"));
  const protocolVersion = version === 2 || version === 3 ? version : 1;
  const token = said("authorization").replace(/^bearer\s+/i, "");
  return { ok: true, identity: { deviceId, clientId, protocolVersion, token } };
}
