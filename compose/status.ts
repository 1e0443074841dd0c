/**
 * What the parts tell of themselves.
 *
 * @module
 */

import type { Provided } from "../actors/supervision/provide.ts";
import type { PartsStatus } from "../routes/parts_status.ts";
import type { RedisLink } from "../services/redis/link.ts";
import type { Stores } from "./database.ts";
import type { RunningSync } from "./sync.ts";

/** The parts that have something to tell. */
export interface StatusNeeds {
  readonly database: Provided<Stores>;
  readonly redis: Provided<RedisLink> | undefined;
  readonly sync: Provided<RunningSync> | undefined;
}

/** Asks the parts that are up. */
export async function partsStatus({ database, redis, sync }: StatusNeeds): Promise<PartsStatus> {
  const stores = database.peek();
  const link = redis?.peek();
  const syncing = sync?.peek()?.sync;
  return {
    ...(stores === undefined ? {} : { delivery: await stores.delivery.status(), cache: stores.cache.counts }),
    ...(stores?.remote === undefined ? {} : { database: stores.remote.archive.status() }),
    ...(link === undefined ? {} : { redis: link.status }),
    ...(syncing === undefined ? {} : { sync: syncing.status() }),
  };
}
