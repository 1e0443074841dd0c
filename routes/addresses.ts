/**
 * Addresses at which other machines of the house reach this one, for printing.
 *
 * @module
 */

import { DEVICE_PATH, OTA_PATH } from "./device_url.ts";

/** The parts of a network interface that are looked at. */
export type InterfaceAddress = Pick<Deno.NetworkInterfaceInfo, "family" | "name" | "address">;

/** Interfaces of containers and virtual machines: devices in the house do not reach them. */
const INNER_INTERFACE = /^(docker|br-|veth|virbr|vmnet|vboxnet|cni|flannel|podman|utun|tun|tap|wg|tailscale|zt)/;

/**
 * IPv4 addresses of this machine on its network, private ones first; devices speak IPv4 alone. Empty where the machine has none or may not
 * be asked.
 */
export function lanAddresses(interfaces: () => readonly InterfaceAddress[] = Deno.networkInterfaces): string[] {
  let all: readonly InterfaceAddress[];
  try {
    all = interfaces();
  } catch {
    return [];
  }
  const outer = all.filter(({ family, name, address }) =>
    family === "IPv4" && !INNER_INTERFACE.test(name) && !address.startsWith("127.") && !address.startsWith("169.254.")
  ).map(({ address }) => address);
  return [...new Set(outer)].sort((a, b) => rank(a) - rank(b));
}

/** Home routers hand out 192.168/16 far more often than 10/8, and that more often than 172.16/12, which containers use (RFC 1918). */
function rank(address: string): number {
  if (address.startsWith("192.168.")) return 0;
  if (address.startsWith("10.")) return 1;
  return /^172\.(1[6-9]|2\d|3[01])\./.test(address) ? 2 : 3;
}

/** What decides the printed addresses. */
export interface PrintedAddressOptions {
  readonly publicUrl: string;
  readonly host: string;
  readonly port: number;
}

/** Base URLs, best first, for people to use: the public one where configured, else one for each LAN address, else this machine's. */
export function baseUrls({ publicUrl, host, port }: PrintedAddressOptions, lan: readonly string[]): string[] {
  if (publicUrl !== "") return [publicUrl.replace(/\/+$/, "")];
  const everywhere = host === "0.0.0.0" || host === "::" || host === "[::]";
  const hosts = everywhere ? (lan.length > 0 ? lan : ["localhost"]) : [host.includes(":") && !host.startsWith("[") ? `[${host}]` : host];
  return hosts.map((name) => `http://${name}:${port}`);
}

/** The URL to type into a device. */
export function otaUrl(base: string): string {
  return `${base}${OTA_PATH}`;
}

/** The device socket below a base URL, for clients that do not ask OTA; `port` where it has one of its own. Behind TLS it has not. */
export function socketUrl(base: string, port?: number): string {
  const url = new URL(base);
  const authority = port === undefined || url.protocol === "https:" ? url.host : `${url.hostname}:${port}`;
  const scheme = url.protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${authority}${url.pathname.replace(/\/+$/, "")}${DEVICE_PATH}`;
}
