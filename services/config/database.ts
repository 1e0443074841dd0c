/**
 * Section `database`: the MySQL or MariaDB server that keeps the history for good, where there is one.
 *
 * @module
 */

import { z } from "zod";

/** The longest that a connection or a statement may be waited for, milliseconds: what waits is tried again, so longer only hides a fault. */
const MAX_WAIT_MS = 600_000;

const waitMs = () => z.number().int().min(100).max(MAX_WAIT_MS).default(30_000);

/** Schema of the section. */
export const databaseSection = z.strictObject({
  host: z.string().default("").meta({
    description: "MySQL or MariaDB server that keeps the history; empty keeps it in the data directory (SQLite)",
  }),
  port: z.number().int().min(1).max(65_535).default(3306).meta({ description: "Port of that server" }),
  user: z.string().min(1).default("xiaozhi").meta({ description: "User at that server" }),
  password: z.string().default("").meta({ description: "Password of that user", secret: true }),
  name: z.string().regex(/^[0-9A-Za-z_$-]{1,64}$/).default("xiaozhi_esp32_server").meta({
    description: "Database on that server; it may be that of a stock xiaozhi-esp32-server",
    expects: "1 to 64 letters, digits, _, $ or -",
  }),
  tablePrefix: z.string().regex(/^[a-z][0-9a-z_]{0,15}$/).default("xz_").meta({
    description: "What the names of own tables begin with; no other table is touched",
    expects: "1 to 16 lower case letters, digits or _, a letter first",
  }),
  poolSize: z.number().int().min(1).max(100).default(8).meta({ description: "Connections at the same time, at most" }),
  connectTimeoutMs: waitMs().meta({ description: "How long a connection may take to come about" }),
  readTimeoutMs: waitMs().meta({ description: "How long a statement may take" }),
  tls: z.enum(["off", "required", "verify"]).default("off").meta({
    description: "Encryption: none; any certificate; or one that is valid for the host",
  }),
  tlsCaFile: z.string().default("").meta({
    description: "Certificate authority for `verify`, as a PEM file; empty uses those that Deno trusts",
  }),
});
