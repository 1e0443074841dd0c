/**
 * The Redis that nodes share, where the configuration names one.
 *
 * @module
 */

import { provide, type Provided } from "../actors/supervision/provide.ts";
import { createLogger } from "../services/logging/mod.ts";
import { connectRedis, hasRedis } from "../services/redis/ioredis.ts";
import { redisMetrics } from "../services/metrics/timed_store.ts";
import type { RedisLink } from "../services/redis/link.ts";
import type { Surroundings } from "./surroundings.ts";

/** `onChange` hears when it is found or lost. It is up as soon as it begins to connect: what it cannot answer, its users do without. */
export function redisPart({ config, clock, random, metrics }: Surroundings, onChange: () => void): Provided<RedisLink> | undefined {
  if (!hasRedis(config.redis)) return undefined;
  return provide({ id: "redis" }, (scope) => {
    const onCall = metrics === undefined ? undefined : redisMetrics(metrics.instruments);
    const logger = createLogger("redis");
    const link = connectRedis({ config: config.redis, clock, random, logger, ...(onCall === undefined ? {} : { onCall }) });
    scope.resources.use(link);
    scope.resources.use(link.watch(onChange));
    return link;
  });
}
