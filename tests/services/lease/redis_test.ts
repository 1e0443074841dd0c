import assert from "node:assert/strict";
import type { Leases } from "../../../services/lease/lease.ts";
import { redisLeases } from "../../../services/lease/redis.ts";
import type { RedisLink } from "../../../services/redis/link.ts";
import { noRedis, startRedis } from "../../support/redis.ts";
import { becomes, connected } from "../redis/support.ts";
import { leaseContract } from "./contract.ts";

leaseContract("leases in Redis", async () => {
  const redis = await startRedis();
  const links = new Map<Leases, RedisLink>();
  return {
    node: async () => {
      const link = await connected(redis.url);
      const leases = redisLeases(link);
      links.set(leases, link);
      return leases;
    },
    elapse: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    cut: async (node) => {
      await redis.kill();
      await becomes(links.get(node)!, "down");
    },
    [Symbol.asyncDispose]: async () => {
      for (const link of links.values()) await link[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
}, { ignore: noRedis });

Deno.test({
  name: "leases in Redis: after a flush or a restart without data tokens go on growing, for nodes that were there and for new ones",
  ignore: noRedis,
  fn: async () => {
    await using redis = await startRedis();
    await using one = await connected(redis.url);
    const leases = redisLeases(one);
    const tokens: number[] = [];
    const take = async (from: Leases, holder: string) => {
      const grant = await from.acquire("sync", holder, 60_000);
      tokens.push(grant!.token);
      return grant!;
    };
    const first = await take(leases, "a");
    await redis.flush();
    assert.equal(await leases.renew(first, 60_000), false, "a lease that was flushed is not held any more");
    await using two = await connected(redis.url);
    const second = await take(redisLeases(two), "b");
    await redis.kill();
    await becomes(one, "down");
    await redis.restart();
    await becomes(one, "up");
    await becomes(two, "up");
    assert.equal(await leases.renew(second, 60_000), false);
    await take(leases, "a");
    assert.deepEqual(tokens, tokens.toSorted((a, b) => a - b));
    assert.equal(new Set(tokens).size, 3);
  },
});

Deno.test({
  name: "leases in Redis: a flush and a clock that was put back do not bring an old token to a node that saw it",
  ignore: noRedis,
  fn: async () => {
    await using redis = await startRedis();
    await using link = await connected(redis.url);
    const leases = redisLeases(link);
    const future = 8_000_000_000_000_000;
    await redis.call("SET", link.key("lease-token:sync"), String(future));
    const first = await leases.acquire("sync", "a", 60_000);
    assert.equal(first?.token, future + 1);
    await redis.flush();
    assert.equal((await leases.acquire("sync", "a", 60_000))?.token, future + 2);
  },
});
