/**
 * Section `sync`: history that comes from other servers.
 *
 * @module
 */

import { z } from "zod";
import { isHttpUrl } from "./url.ts";

const HOUR_MS = 3_600_000;

/** A secret shorter than this is guessed; that of a stock server is a UUID. */
const MIN_SECRET = 16;

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** Schema of the section. */
export const syncSection = z.strictObject({
  intervalMs: z.int().min(1000).max(24 * HOUR_MS).default(30_000).meta({
    description: "Milliseconds between two readings of a source that is quiet",
  }),
  minIntervalMs: z.int().min(100).max(HOUR_MS).default(1000).meta({
    description: "Milliseconds between two readings while there is news, and for a minute after",
  }),
  backoffMs: z.int().min(100).max(HOUR_MS).default(5000).meta({
    description: "Milliseconds until a source is tried again after its first error; twice as long after each further one",
  }),
  backoffMaxMs: z.int().min(100).max(24 * HOUR_MS).default(300_000).meta({
    description: "Milliseconds after which a source is tried again at the latest",
  }),
  leaseMs: z.int().min(1000).max(HOUR_MS).default(15_000).meta({
    description: "Milliseconds after which another node takes over from one that died",
  }),
  windowMs: z.int().min(1000).max(24 * HOUR_MS).default(1_800_000).meta({
    description: "Milliseconds by which records of an http server may become visible, or change, late",
  }),
  http: z.strictObject({
    baseUrl: z.string().refine((text) => text === "" || isHttpUrl(text)).default("").meta({
      description:
        "Server whose GET /api/chat/history is taken in; empty takes esp32Server.baseUrl where that does the chat, and else none",
      expects: "an http or https URL, or nothing",
    }),
    apiKey: z.string().default("").meta({
      description: "Sent to that server as a Bearer token; empty sends esp32Server.apiKey to esp32Server.baseUrl, and else none",
      secret: true,
    }),
  }),
  stock: z.strictObject({
    database: z.string().regex(/^[0-9A-Za-z_$-]{0,64}$/).default("").meta({
      description: "Database, on the server of database.host, that holds the tables of a stock server to be taken in; empty for none",
      expects: "up to 64 letters, digits, _, $ or -, such as xiaozhi_esp32_server",
    }),
    timezone: z.string().refine(isZone).default("Asia/Shanghai").meta({
      description: "Time zone of the times in those tables: serverTimezone of the stock server's database address",
      expects: "an IANA time zone, such as Asia/Shanghai",
    }),
  }),
  push: z.strictObject({
    secret: z.string().refine((text) => text === "" || text.length >= MIN_SECRET).default("").meta({
      description: "Secret with which a stock server reports to /xiaozhi/agent/chat-history/report; empty takes no reports",
      expects: `at least ${MIN_SECRET} characters, or nothing`,
      secret: true,
    }),
  }),
});
