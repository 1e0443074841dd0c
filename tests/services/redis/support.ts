/**
 * Links to a private Redis, for tests.
 *
 * @module
 */

import { getLogger, type Logger } from "@logtape/logtape";
import { systemClock } from "../../../base/clock.ts";
import { systemRandom } from "../../../base/random.ts";
import { type Config, configWith } from "../../../services/config/mod.ts";
import { connectRedis, type RedisLinkOptions } from "../../../services/redis/ioredis.ts";
import type { RedisLink, RedisStatus } from "../../../services/redis/link.ts";

/** How long anything may take to come about on a loaded machine, milliseconds. */
const LIMIT_MS = 30_000;

/** A logger that nobody hears. */
export const silent: Logger = getLogger(["test", "silent"]);

/** Section `redis` for an address. */
export function redisConfig(url: string, change: Partial<Config["redis"]> = {}): Config["redis"] {
  return configWith({ redis: { url, ...change } }).redis;
}

/** A link to `url`, connected or not yet. */
export function linkTo(url: string, change: Partial<Config["redis"]> = {}, options: Partial<RedisLinkOptions> = {}): RedisLink {
  const config = redisConfig(url, change);
  return connectRedis({ config, clock: systemClock(), random: systemRandom(), logger: silent, ...options });
}

/** A link that is up. */
export async function connected(
  url: string,
  change: Partial<Config["redis"]> = {},
  options: Partial<RedisLinkOptions> = {},
): Promise<RedisLink> {
  const link = linkTo(url, change, options);
  await becomes(link, "up");
  return link;
}

/** Resolves when the link is in that state. */
export function becomes(link: RedisLink, state: RedisStatus["state"]): Promise<void> {
  return until(() => link.status.state === state, `Redis is ${state}`);
}

/** Resolves when `holds`; rejects when it does not for a long time. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const from = performance.now(); !await holds();) {
    if (performance.now() - from > LIMIT_MS) throw new Error(`It did not come about that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
