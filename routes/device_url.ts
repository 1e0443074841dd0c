/**
 * The address of the device socket, as OTA announces it.
 *
 * @module
 */

import type { TrustedProxies } from "./trusted_proxies.ts";

/** Path of the device socket; stock servers use the same. */
export const DEVICE_PATH = "/xiaozhi/v1/";

/** Path of the OTA address that people type into a device. */
export const OTA_PATH = "/xiaozhi/ota/";

/** What decides the address. */
export interface DeviceUrlOptions {
  /** http or https URL under which devices reach this server; empty takes the request's Host. */
  readonly publicUrl: string;
  readonly transport: "native" | "ws";
  /** Port of the device sockets when the transport is `ws`. */
  readonly wsPort: () => number;
}

/** Host names and addresses, with or without a port. What else a Host header holds has no place in a URL. */
const HOST_FORM = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i;

/**
 * The address of the device socket for a client that asked `headers` of us, or undefined where its Host header is missing or no host.
 *
 * The port always stands in the URL: the firmware takes any first colon after the scheme for it. A Host without a port means the scheme's
 * own. With the `ws` transport the announced port is `wsPort`, except behind TLS: that port speaks none, so the proxy that does is
 * expected to pass the device path on.
 */
export function deviceUrl(options: DeviceUrlOptions, headers: Headers, peer: string, proxies: TrustedProxies): string | undefined {
  const asked = options.publicUrl === "" ? askedBase(headers, peer, proxies) : URL.parse(options.publicUrl);
  if (asked === undefined || asked === null) return undefined;
  const secure = asked.protocol === "https:";
  const port = options.transport === "ws" && !secure ? options.wsPort() : asked.port || (secure ? 443 : 80);
  const prefix = asked.pathname.replace(/\/+$/, "");
  return `${secure ? "wss" : "ws"}://${asked.hostname}:${port}${prefix}${DEVICE_PATH}`;
}

function askedBase(headers: Headers, peer: string, proxies: TrustedProxies): URL | undefined {
  const host = proxies.forwarded(headers, peer, "host") ?? headers.get("host") ?? "";
  const [, name, port] = HOST_FORM.exec(host) ?? [];
  if (name === undefined) return undefined;
  const scheme = proxies.forwarded(headers, peer, "proto") === "https" ? "https" : "http";
  const forwardedPort = proxies.forwarded(headers, peer, "port");
  const wanted = port ?? (forwardedPort !== undefined && /^\d{1,5}$/.test(forwardedPort) ? forwardedPort : undefined);
  return URL.parse(`${scheme}://${name}${wanted === undefined ? "" : `:${wanted}`}/`) ?? undefined;
}
