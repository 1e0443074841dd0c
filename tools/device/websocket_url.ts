/**
 * The address of a server as the firmware's WebSocket client reads it (78/esp-ml307 src/web_socket.cc).
 *
 * @module
 */

import { DeviceError } from "./errors.ts";

/** Where to connect. */
export interface WebSocketAddress {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** Path and query, unchanged. */
  readonly path: string;
}

/**
 * Splits an address. The first `:` after the scheme is the port's, even inside path or query, because the firmware reads it so.
 *
 * @throws DeviceError `bad_url` where the firmware would misread the address or throw.
 */
export function parseWebSocketUrl(url: string): WebSocketAddress {
  const scheme = /^(wss?|https?):\/\//.exec(url);
  if (scheme === null) throw badUrl(url, "it must begin with ws:// or wss://");
  const secure = scheme[1] === "wss" || scheme[1] === "https";
  const rest = url.slice(scheme[0].length);
  const slash = rest.indexOf("/");
  const colon = rest.indexOf(":");
  const path = slash < 0 ? "/" : rest.slice(slash);
  if (colon >= 0 && slash >= 0 && colon > slash) throw badUrl(url, "a colon in the path is read as the port's; give the port explicitly");
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const host = colon < 0 ? authority : rest.slice(0, colon);
  if (host === "" || host.startsWith("[")) throw badUrl(url, "the host must be a name or an IPv4 address");
  if (colon < 0) return { secure, host, port: secure ? 443 : 80, path };
  const port = authority.slice(colon + 1);
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) throw badUrl(url, `port ${port} must be 1 to 65535`);
  return { secure, host, port: Number(port), path };
}

function badUrl(url: string, why: string): DeviceError {
  return new DeviceError(`WebSocket address ${url} is unusable for a device: ${why}`, { code: "bad_url" });
}
