/**
 * Section `server`: where the runtime listens and how it is reached.
 *
 * @module
 */

import { isIP } from "node:net";
import { z } from "zod";
import { MAX_PORT } from "./limits.ts";

/** Most sockets of one process: stays below the 65,535 file descriptors that deployments are told to allow. */
const MAX_CONNECTIONS = 60_000;
/** Docker and Kubernetes kill at 10 and 30 s by default; nobody waits for more than a minute. */
const MAX_SHUTDOWN_MS = 60_000;

/** Schema of the section. */
export const serverSection = z.strictObject({
  host: z.string().min(1).default("0.0.0.0").meta({ description: "Address to listen on; 127.0.0.1 keeps it to this machine" }),
  port: z.int().min(0).max(MAX_PORT).default(8000).meta({
    description: "Port of the API, the console, OTA and, with the native transport, the devices; 0 takes any free port",
  }),
  publicUrl: z.string().refine(isPublicUrl).default("").meta({
    description: "Address at which devices reach the runtime, as OTA announces it; empty takes it from the request's Host header",
    expects: "empty, or an http or https URL without query",
  }),
  trustedProxies: z.array(z.string().refine(isAddressRange).meta({ expects: "an IP address or a range such as 10.0.0.0/8" })).default([])
    .meta({
      description: "Proxies whose forwarded headers are believed, as addresses or CIDR ranges",
    }),
  timezone: z.string().refine(isTimezone).default("").meta({
    description: "Time zone that OTA tells devices; empty takes the machine's",
    expects: "empty, or an IANA time zone such as Europe/Berlin",
  }),
  transport: z.enum(["native", "ws"]).default("native").meta({
    description: "Device sockets on the main port (native), or on a port of their own with twice the capacity (ws)",
  }),
  wsPort: z.int().min(0).max(MAX_PORT).default(8001).meta({ description: "Port of the device sockets when transport is ws" }),
  maxConnections: z.int().min(1).max(MAX_CONNECTIONS).default(1000).meta({
    description: "Most device connections at once; more are refused",
  }),
  shutdownMs: z.int().min(0).max(MAX_SHUTDOWN_MS).default(4000).meta({
    description: "Milliseconds that running turns may take to finish when the process is told to stop",
  }),
});

function isPublicUrl(text: string): boolean {
  if (text === "") return true;
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.search === "" && url.hash === "" && url.username === "";
}

function isAddressRange(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

function isTimezone(text: string): boolean {
  if (text === "") return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
