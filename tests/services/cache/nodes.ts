/**
 * Nodes that share a private Redis, each with its own connections, cache and invalidation actor, as in separate processes.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { createActor } from "xstate";
import { invalidationMachine } from "../../../actors/cache/machine.ts";
import { systemClock } from "../../../base/clock.ts";
import { systemRandom } from "../../../base/random.ts";
import type { Cache } from "../../../services/cache/cache.ts";
import { RedisTier } from "../../../services/cache/redis.ts";
import { tieredCache } from "../../../services/cache/tiered.ts";
import type { RedisLink } from "../../../services/redis/link.ts";
import { linkTo, silent, until } from "../redis/support.ts";

/** Bounds that no test reaches. */
export const ROOMY = { maxEntries: 1000, maxBytes: 16 * 1024 * 1024 };

/** A node. */
export interface CacheNode extends AsyncDisposable {
  readonly cache: Cache;
  readonly link: RedisLink;
  /** Whether what is cached is used now. */
  trusts(): boolean;
  /** Resolves when it is. */
  ready(): Promise<void>;
}

/** How a node differs. */
export interface NodeOptions {
  readonly logger?: Logger;
  /** Time-out of a command, milliseconds: long, so that a busy machine is not taken for a dead Redis. */
  readonly timeoutMs?: number;
  readonly settleMs?: number;
}

/** Starts a node and does not wait for Redis. */
export function startNode(url: string, options: NodeOptions = {}): CacheNode {
  const { logger = silent, timeoutMs = 10_000, settleMs = 0 } = options;
  const clock = systemClock();
  const random = systemRandom();
  const link = linkTo(url, { timeoutMs });
  const tier = new RedisTier({ link, clock, random, logger, near: ROOMY });
  const actor = createActor(invalidationMachine, { clock, input: { channel: tier, random: () => random.next(), settleMs } });
  actor.start();
  const trusts = () => actor.getSnapshot().matches({ listening: "subscribed" });
  return {
    cache: tieredCache({ tier, random, logger, ttlMs: 1_800_000 }),
    link,
    trusts,
    ready: () => until(trusts, "the cache is trusted"),
    async [Symbol.asyncDispose]() {
      actor.stop();
      await link[Symbol.asyncDispose]();
    },
  };
}

/** Starts nodes and waits until all use what is cached. */
export async function startNodes(url: string, count: number, options: NodeOptions = {}): Promise<CacheNode[]> {
  const nodes = Array.from({ length: count }, () => startNode(url, options));
  await Promise.all(nodes.map((node) => node.ready()));
  return nodes;
}
