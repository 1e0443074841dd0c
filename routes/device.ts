/**
 * The door to the device socket: decides before the upgrade, because a device whose upgrade succeeds waits 10 s for a hello even on a
 * socket that was closed at once.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { messageOf } from "../base/errors.ts";
import type { DeviceTokens } from "../services/tokens.ts";
import type { Admission, Refusal } from "./admission.ts";
import { claimedIdentity, IDENTITY_ERRORS } from "./device_identity.ts";
import type { DeviceTickets } from "./device_tickets.ts";
import type { DevicePolicy } from "./device_policy.ts";
import { problemResponse } from "./problem.ts";
import { heldSockets } from "./transport/census.ts";
import type { NativeTransport } from "./transport/native.ts";
import type { DeviceTransport } from "./transport/options.ts";
import type { AcceptDevice, DeviceIdentity } from "./transport/transport.ts";
import type { TrustedProxies } from "./trusted_proxies.ts";

/** What the door needs. */
export interface DeviceDoorDeps {
  readonly policy: DevicePolicy;
  readonly tokens: Pick<DeviceTokens, "verify">;
  readonly tokenRequired: boolean;
  /** Of the console's browser device; absent where there is no console. */
  readonly tickets?: Pick<DeviceTickets, "redeem"> | undefined;
  /** Origins whose pages may open the socket without a ticket; `*` is any. Devices are no browsers and send none. */
  readonly origins: readonly string[];
  readonly proxies: TrustedProxies;
  /** Its sockets, those that TCP still holds included, count against `maxConnections`. */
  readonly transport: Pick<DeviceTransport, "counts">;
  readonly maxConnections: number;
  /** Whether the process is about to end and takes no new device. */
  readonly draining: () => boolean;
  readonly logger: Logger;
  /** Whether devices may come in now; they always may by default. */
  readonly admission?: Admission;
  /** Hears how each request was answered: `accepted`, or the code of the refusal. Must not throw. */
  readonly onAnswer?: (code: string) => void;
}

/**
 * Decides on an upgrade request that came from the address `peer`: lets the device in through `letIn`, or resolves to the answer that
 * refuses it. A `letIn` that answers by itself, as node:http's does, returns undefined.
 */
export type DeviceDoor = <T extends Response | undefined>(
  request: Request,
  peer: string,
  letIn: (identity: DeviceIdentity) => T,
) => Promise<Response | T>;

/** A full server is asked again by a person's button or wake word, and by web clients after this many seconds. */
const RETRY_AFTER_S = 5;

/** Characters of an origin that is named to whoever reads the refusal: a host name has 253 at most. */
const MAX_SHOWN_ORIGIN = 300;

/** Whether `pathname` is that of a device socket: stock URLs, also below a prefix that a proxy left in place. */
export function isDevicePath(pathname: string): boolean {
  return /\/xiaozhi\/v1\/?$/.test(pathname);
}

/** Makes the door. */
export function createDeviceDoor(deps: DeviceDoorDeps): DeviceDoor {
  return async (request, peer, letIn) => {
    const url = new URL(request.url);
    const remoteAddress = deps.proxies.client(request.headers, peer);
    const refuse = (status: number, code: string, title: string, headers: Record<string, string> = {}, deviceId?: string): Response => {
      deps.admission?.refused(code);
      deps.onAnswer?.(code);
      deps.logger.info("Refused a device from {remoteAddress}: {title}", { remoteAddress, deviceId, status, code, title });
      return problemResponse({ status, code, title }, headers);
    };
    if (request.method !== "GET" || request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      const title = "This is the device socket; connect to it with a WebSocket client";
      return refuse(426, "upgrade_required", title, { upgrade: "websocket", connection: "upgrade" });
    }
    const refused = ({ status, code, title, retryAfterS }: Refusal, deviceId?: string) =>
      refuse(status, code, title, { "retry-after": String(retryAfterS) }, deviceId);
    const tooMany = deps.admission?.fromAddress(remoteAddress);
    if (tooMany !== undefined) return refused(tooMany);
    const claimed = claimedIdentity(request.headers, url.searchParams);
    if (!claimed.ok) return refuse(400, claimed.error, IDENTITY_ERRORS[claimed.error]);
    const { token, ...identity } = claimed.identity;
    const { deviceId, clientId } = identity;
    const busy = { "retry-after": String(RETRY_AFTER_S) };
    if (deps.draining()) return refuse(503, "draining", "The server is stopping; try again in a moment", busy, deviceId);
    const ticket = url.searchParams.get("ticket");
    const origin = request.headers.get("origin");
    if (ticket !== null) {
      if (deps.tickets?.redeem(ticket, deviceId, clientId) !== true) {
        return refuse(401, "ticket_invalid", "The ticket was used, is too old or of another device; ask for a new one", {}, deviceId);
      }
    } else if (origin !== null && !deps.origins.includes("*") && !deps.origins.includes(origin.toLowerCase())) {
      // Whoever is at this machine or in its network would otherwise lend every page that they look at a seat there.
      const title = `Pages of ${
        origin.slice(0, MAX_SHOWN_ORIGIN)
      } may not be devices of this server; add that origin to devices.origins to let them`;
      return refuse(403, "origin_not_allowed", title, {}, deviceId);
    } else if (deps.tokenRequired) {
      const checked = deps.tokens.verify(token, clientId, deviceId);
      if (!checked.ok) {
        const title = `The device token is ${checked.reason}; restart the device, so that it asks the OTA address for a new one`;
        return refuse(401, `token_${checked.reason}`, title, { "www-authenticate": "Bearer" }, deviceId);
      }
    }
    const allowed = await deps.policy(deviceId);
    if (!allowed.ok) return refuse(403, "device_not_allowed", allowed.reason, {}, deviceId);
    const tooOften = deps.admission?.ofDevice(deviceId);
    if (tooOften !== undefined) return refused(tooOften, deviceId);
    // Last, with nothing awaited between it and the upgrade: two devices must not take the same last place.
    if (heldSockets(deps.transport.counts()) >= deps.maxConnections) {
      const title = `The server is full: server.maxConnections is ${deps.maxConnections}`;
      return refuse(503, "too_many_connections", title, busy, deviceId);
    }
    deps.onAnswer?.("accepted");
    return letIn({ ...identity, remoteAddress });
  };
}

/** The device socket on Deno.serve's own upgrade. */
export function nativeDeviceRoute(
  door: DeviceDoor,
  transport: NativeTransport,
  accept: AcceptDevice,
  logger: Logger,
): (request: Request, peer: string) => Promise<Response> {
  return (request, peer) =>
    door(request, peer, (identity) => {
      try {
        return transport.upgrade(request, identity, accept);
      } catch (error) {
        logger.info("Malformed upgrade of device {deviceId}: {error}", { deviceId: identity.deviceId, error: messageOf(error) });
        return problemResponse({ status: 400, code: "malformed_upgrade", title: "The WebSocket handshake is malformed" });
      }
    });
}
