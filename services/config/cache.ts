/**
 * Section `cache`: what is kept of what is read again and again.
 *
 * @module
 */

import { z } from "zod";

/** A day: what nobody changed for so long may be read again. */
const MAX_TTL_SECONDS = 86_400;

/** More than a fleet has devices, several times over. */
const MAX_ENTRIES = 1_000_000;

/** What a process may at most give to this, MiB. */
const MAX_MIB = 4096;

/** Schema of the section. */
export const cacheSection = z.strictObject({
  ttlSeconds: z.int().min(1).max(MAX_TTL_SECONDS).default(1800).meta({
    description: "Seconds for which a value is kept at most; a change of what it was read from ends it at once",
  }),
  maxEntries: z.int().min(1).max(MAX_ENTRIES).default(10_000).meta({ description: "Most values in the memory of this process" }),
  maxMiB: z.int().min(1).max(MAX_MIB).default(64).meta({ description: "Most MiB of values in the memory of this process" }),
});
