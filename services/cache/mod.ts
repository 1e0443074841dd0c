/**
 * The cache of a process, as its configuration wants it.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { Config } from "../config/schema.ts";
import type { RedisLink } from "../redis/link.ts";
import type { Cache } from "./cache.ts";
import type { InvalidationChannel } from "./channel.ts";
import type { LruLimits } from "./lru.ts";
import { memoryTier } from "./memory.ts";
import { noTier } from "./none.ts";
import { switchedTier } from "./switched.ts";
import { RedisTier } from "./redis.ts";
import { tieredCache } from "./tiered.ts";
import type { CacheTier } from "./tier.ts";

export type { Cache, CacheCounts, CacheRead } from "./cache.ts";
export type { InvalidationChannel } from "./channel.ts";
export { cachedArchive, cachedHistory, knownDevices } from "./history_cache.ts";
export { cachedDeviceStore } from "./device_cache.ts";

const MIB = 1024 * 1024;

/** What {@link createCache} needs. */
export interface CacheOptions {
  /** Section `cache`. */
  readonly config: Config["cache"];
  /** Flag `features.cache`, as it is now: without it nothing is kept. */
  readonly enabled: boolean | (() => boolean);
  /** The Redis that nodes share. */
  readonly redis?: RedisLink;
  /** Whether the data that are cached are those of several nodes: then memory alone would answer what is not true any more. */
  readonly shared: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** A cache, and what has to be kept going for it. */
export interface CreatedCache {
  readonly cache: Cache;
  /** For the actor of `actors/cache`; without it nothing needs to be told to anyone. */
  readonly channel?: InvalidationChannel;
}

/**
 * Makes the cache. Data of this process alone are kept in memory, where nothing is faster and no other node's data can get between. Shared
 * data are kept in Redis, or, where there is none, not at all.
 */
export function createCache(options: CacheOptions): CreatedCache {
  const { config, enabled, redis: link, shared, clock, random, logger } = options;
  const limits: LruLimits = { maxEntries: config.maxEntries, maxBytes: config.maxMiB * MIB };
  const isOn = typeof enabled === "function" ? enabled : () => enabled;
  const over = (tier: CacheTier) => tieredCache({ tier: switchedTier(tier, isOn), random, logger, ttlMs: config.ttlSeconds * 1000 });
  // Off for good; what can be switched on needs its place, and its channel, all the same.
  if (enabled === false) return { cache: over(noTier()) };
  if (!shared) return { cache: over(memoryTier(clock, limits)) };
  if (link === undefined) return { cache: over(noTier()) };
  const tier = new RedisTier({ link, clock, random, logger, near: limits });
  return { cache: over(tier), channel: tier };
}
