/**
 * Whether a device was ever here.
 *
 * @module
 */

import { knownDevices } from "../services/cache/mod.ts";
import type { Stores } from "./database.ts";

/**
 * Asks the data directory, and then the database server that nodes share. One that is away knows nobody, and nothing of that is remembered.
 */
export function isKnown({ history, store, archive, remote, cache }: Stores): (deviceId: string) => Promise<boolean> {
  if (remote === undefined) return knownDevices(history, cache);
  const elsewhere = knownDevices({ listSessions: async (query) => (await archive.sessions(query)).items }, cache);
  return async (deviceId) => {
    const [here] = await store.listSessions({ deviceId, limit: 1 });
    return here !== undefined || await elsewhere(deviceId).catch(() => false);
  };
}
