/**
 * Section `health`: how often everything is asked how it is, and what counts as an answer.
 *
 * @module
 */

import { z } from "zod";

/** A minute: what is looked at less often is no news. */
const MAX_INTERVAL_MS = 60_000;
const MINUTE_S = 60;
const DAY_S = 86_400;
/** An hour. */
const MAX_ESP32_INTERVAL_MS = 3_600_000;
/** More than the memory and disks of today. */
const MAX_MIB = 1024 * 1024 * 1024;

/** Schema of the section. */
export const healthSection = z.strictObject({
  intervalMs: z.int().min(100).max(MAX_INTERVAL_MS).default(1000).meta({
    description: "Milliseconds between two checks of the same thing; a tenth more or less at random",
  }),
  timeoutMs: z.int().min(50).max(MAX_INTERVAL_MS).default(1000).meta({
    description: "Milliseconds that a check may take. An outage shows within failAfter times intervalMs and this",
  }),
  failAfter: z.int().min(1).max(20).default(2).meta({ description: "Checks in a row that must be worse before something counts as worse" }),
  passAfter: z.int().min(1).max(20).default(2).meta({
    description: "Checks in a row that must be better before something counts as better",
  }),
  esp32ServerIntervalMs: z.int().min(0).max(MAX_ESP32_INTERVAL_MS).default(0).meta({
    description:
      "Milliseconds between two checks of the stages; 0 is 1200, or 30,000 where one is an OpenAI-compatible server, which counts requests",
  }),
  acceptWithoutDatabase: z.boolean().default(true).meta({
    description: "Take devices while the database server of database.host is away; their turns wait in the data directory",
  }),
  outboxWarnSeconds: z.int().min(1).max(DAY_S).default(2 * MINUTE_S).meta({
    description: "Age of the oldest turn that waits for its delivery, from which health is degraded",
  }),
  syncWarnSeconds: z.int().min(1).max(DAY_S).default(5 * MINUTE_S).meta({
    description: "Seconds behind another server's history, from which health is degraded",
  }),
  eventLoopWarnMs: z.int().min(1).max(MAX_INTERVAL_MS).default(200).meta({
    description: "Milliseconds that the event loop is late within 10 s, from which health is degraded",
  }),
  maxMemoryMib: z.int().min(0).max(MAX_MIB).default(0).meta({
    description: "MiB of memory of the process from which health is degraded; 0 looks at the engine's heap alone",
  }),
  diskWarnMib: z.int().min(0).max(MAX_MIB).default(1024).meta({
    description: "Free MiB on the data directory's disk below which health is degraded",
  }),
  diskFailMib: z.int().min(0).max(MAX_MIB).default(64).meta({
    description: "Free MiB on the data directory's disk below which no devices are taken: their turns could not be kept",
  }),
  restartsWarn: z.int().min(1).max(1000).default(3).meta({
    description: "Restarts in the supervision tree within 10 minutes from which health is degraded",
  }),
});
