/**
 * Which address a request really comes from and which host it really asked for, where a proxy stands in front.
 *
 * @module
 */

import { BlockList, isIP } from "node:net";

/** Headers by which a proxy says that it stands in between (RFC 7239, and what came before it). */
const PROXY_HEADERS: ReadonlySet<string> = new Set(["forwarded", "via", "x-real-ip", "cf-connecting-ip", "true-client-ip"]);

/** The proxies whose forwarded headers are believed. */
export interface TrustedProxies {
  /** Whether `address` is one of them. */
  has(address: string): boolean;
  /** The client of a request that came from `peer`: walks `X-Forwarded-For` from its end past every trusted proxy. */
  client(headers: Headers, peer: string): string;
  /** A forwarded header's first value, where `peer` is trusted. */
  forwarded(headers: Headers, peer: string, name: "host" | "proto" | "port"): string | undefined;
}

/** Makes the list from addresses and CIDR ranges, which the configuration has validated. */
export function trustedProxies(ranges: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  const has = (address: string) => {
    const plain = plainAddress(address);
    const family = isIP(plain);
    return family !== 0 && list.check(plain, family === 6 ? "ipv6" : "ipv4");
  };
  return {
    has,
    client(headers, peer) {
      const hops = (headers.get("x-forwarded-for") ?? "").split(",").map((hop) => hop.trim());
      let address = plainAddress(peer);
      while (has(address)) {
        const hop = plainAddress(hops.pop() ?? "");
        if (isIP(hop) === 0) break;
        address = hop;
      }
      return address;
    },
    forwarded(headers, peer, name) {
      if (!has(peer)) return undefined;
      const value = headers.get(`x-forwarded-${name}`)?.split(",")[0]?.trim();
      return value === "" ? undefined : value;
    },
  };
}

/** Whether any header says that a proxy passed the request on. */
export function isForwarded(headers: Headers): boolean {
  for (const name of headers.keys()) {
    if (name.startsWith("x-forwarded-") || PROXY_HEADERS.has(name)) return true;
  }
  return false;
}

/** An IPv4 address that came as `::ffff:a.b.c.d`, as it is on a socket that listens on both families, in its plain form. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? address;
}

/** Whether `address` is this machine's own. */
export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  return plain === "::1" || (isIP(plain) === 4 && plain.startsWith("127."));
}
