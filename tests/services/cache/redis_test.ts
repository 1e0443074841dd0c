import assert from "node:assert/strict";
import { captureLogger } from "../../support/capture_logger.ts";
import { noRedis, startRedis } from "../../support/redis.ts";
import { until } from "../redis/support.ts";
import { cacheContract } from "./contract.ts";
import { startNode, startNodes } from "./nodes.ts";

const number = (value: unknown) => typeof value === "number" ? value : undefined;
const PLAIN = { tags: ["device:a"], parse: number };

cacheContract("cache in Redis", async () => {
  const redis = await startRedis();
  const nodes = await startNodes(redis.url, 2);
  return {
    nodes: nodes.map(({ cache }) => cache),
    elapse: async (key, ms) => {
      const name = nodes[0]!.link.key(key);
      const left = Number(await redis.call("PTTL", name));
      await redis.call("PEXPIRE", name, Math.max(0, left - ms));
    },
    [Symbol.asyncDispose]: async () => {
      for (const node of nodes) await node[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
}, { ignore: noRedis, runs: 40 });

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `cache in Redis: ${name}`, ignore: noRedis, fn });
}

test("keys have the configured prefix and the names of old, end within 1800 s, and a stock server's keys stay as they are", async () => {
  await using redis = await startRedis();
  const stock = ["sys:params", "server:config", "agent:device:count:1", "device:address_book:all", "ota:id:1"];
  for (const key of stock) await redis.call("SET", key, "theirs");
  await using node = startNode(redis.url);
  await node.ready();
  await node.cache.read("device_sessions:aa:bb", { tags: ["device:aa:bb"], parse: number }, () => Promise.resolve(1));
  const ttl = Number(await redis.call("TTL", "xz:device_sessions:aa:bb"));
  assert.ok(ttl > 1500 && ttl <= 1800, `${ttl} s`);
  await node.cache.invalidate(["device:aa:bb"]);
  assert.equal(await redis.call("EXISTS", "xz:device_sessions:aa:bb"), 0, "what was invalidated does not lie there any longer");
  const keys = await redis.call("KEYS", "*") as string[];
  assert.deepEqual(keys.filter((key) => !key.startsWith("xz:")).sort(), stock.toSorted());
  for (const key of stock) assert.equal(await redis.call("GET", key), "theirs");
});

test("another type, damaged text, another version or no end under a key is a miss and a log line, and is replaced", async () => {
  await using redis = await startRedis();
  using log = captureLogger();
  await using node = startNode(redis.url, { logger: log.logger });
  await node.ready();
  const damages: (readonly [string, ...string[]])[] = [
    ["SET", "xz:k", "{", "PX", "60000"],
    ["SET", "xz:k", "null", "PX", "60000"],
    ["SET", "xz:k", '{"v":2,"g":"1","r":1,"d":9}', "PX", "60000"],
    ["SET", "xz:k", ""],
    ["SET", "xz:k", "9"],
    ["LPUSH", "xz:k", "9"],
    ["HSET", "xz:k", "v", "9"],
  ];
  for (const [index, [command, ...args]] of damages.entries()) {
    await redis.call("DEL", "xz:k");
    await redis.call(command, ...args);
    assert.equal(await node.cache.read("k", PLAIN, () => Promise.resolve(index)), index);
    assert.equal(await node.cache.read("k", PLAIN, () => Promise.resolve(-1)), index);
    assert.equal(node.cache.counts.errors, index + 1, damages[index]!.join(" "));
  }
  assert.ok(log.messages("warning").every((line) => /holds something else under k /.test(line)));
  assert.equal(log.messages("warning").length, damages.length);
  await redis.call("DEL", "xz:cache-tag:device:a");
  await redis.call("SET", "xz:cache-tag:device:a", "9");
  await redis.call("SET", "xz:cache-generation", "not a number");
  assert.equal(await node.cache.read("k", PLAIN, () => Promise.resolve(50)), 50);
  await redis.call("DEL", "xz:cache-tag:device:a");
  await redis.call("SET", "xz:cache-tag:device:a", "9");
  assert.equal(await node.cache.invalidate(["device:a"]), true);
  assert.equal(await node.cache.read("k", PLAIN, () => Promise.resolve(51)), 51);
});

test("messages that are none are forgotten with what is in memory", async () => {
  await using redis = await startRedis();
  using log = captureLogger();
  await using node = startNode(redis.url, { logger: log.logger });
  await node.ready();
  for (const text of ["", "{", "[]", '{"v":2,"tags":["a"]}', '{"v":1,"tags":[]}', '{"v":1,"tags":[1]}']) {
    await redis.call("PUBLISH", "xz:cache-invalidation", text);
  }
  await until(() => log.messages("warning").length === 6, "each is logged");
  assert.equal(await node.cache.read("k", PLAIN, () => Promise.resolve(1)), 1);
});

test("a copy in memory answers alone where that is allowed, until another node's change is heard", async () => {
  await using redis = await startRedis();
  const [one, other] = await startNodes(redis.url, 2) as [ReturnType<typeof startNode>, ReturnType<typeof startNode>];
  await using _one = one;
  await using _other = other;
  const near = { ...PLAIN, near: true };
  for (const node of [one, other]) {
    await node.cache.read("k", near, () => Promise.resolve(1));
    await node.cache.read("k", near, () => Promise.resolve(1));
  }
  await redis.call("DEL", "xz:k");
  assert.equal(await one.cache.read("k", near, () => Promise.resolve(2)), 1, "without asking Redis");
  await other.cache.invalidate(["device:a"]);
  await until(async () => await one.cache.read("k", near, () => Promise.resolve(3)) === 3, "the change is heard");
});

test("while Redis is away from the start everything is loaded, nothing waits, and it is used once it is there", async () => {
  await using redis = await startRedis();
  await redis.kill();
  await using node = startNode(redis.url);
  for (let value = 0; value < 5; value++) assert.equal(await node.cache.read("k", PLAIN, () => Promise.resolve(value)), value);
  assert.equal(await node.cache.invalidate(["device:a"]), false);
  const { errors, bypassed } = node.cache.counts;
  assert.deepEqual([errors, bypassed], [0, 5]);
  await redis.restart();
  await node.ready();
  assert.equal(await node.cache.read("k", PLAIN, () => Promise.resolve(7)), 7);
  assert.equal(await node.cache.read("k", PLAIN, () => Promise.resolve(8)), 7);
});

test("what was changed while Redis was away is not brought back with the data that it had saved", async () => {
  await using redis = await startRedis();
  const nodes = await startNodes(redis.url, 2);
  await using stack = new AsyncDisposableStack();
  for (const node of nodes) stack.use(node);
  const [one, other] = nodes.map(({ cache }) => cache) as [typeof nodes[0]["cache"], typeof nodes[0]["cache"]];
  await one.read("k", PLAIN, () => Promise.resolve(1));
  await redis.save();
  await redis.kill();
  await until(() => nodes.every((node) => !node.trusts()), "the death is noticed");
  assert.equal(await one.invalidate(["device:a"]), false);
  assert.equal(await other.read("k", PLAIN, () => Promise.resolve(2)), 2);
  await redis.restart();
  await Promise.all(nodes.map((node) => node.ready()));
  assert.equal(await other.read("k", PLAIN, () => Promise.resolve(3)), 3);
});

test("a Redis that refuses to write is not believed, and is again when it writes", async () => {
  await using redis = await startRedis();
  await using node = startNode(redis.url);
  await node.ready();
  await redis.call("REPLICAOF", "127.0.0.1", "1");
  assert.equal(await node.cache.invalidate(["device:a"]), false);
  assert.equal(node.trusts(), false);
  assert.equal(await node.cache.read("k", PLAIN, () => Promise.resolve(1)), 1);
  assert.equal(await node.cache.read("k", PLAIN, () => Promise.resolve(2)), 2);
  await redis.call("REPLICAOF", "NO", "ONE");
  await node.ready();
  assert.equal(await node.cache.read("k", PLAIN, () => Promise.resolve(3)), 3);
  assert.equal(await node.cache.read("k", PLAIN, () => Promise.resolve(4)), 3);
});

test("what a node changes while it does not trust the cache yet is told all the same", async () => {
  await using redis = await startRedis();
  await using other = startNode(redis.url);
  await using early = startNode(redis.url, { settleMs: 600_000 });
  await other.ready();
  await until(() => early.link.status.state === "up", "it is connected");
  assert.equal(await other.cache.read("k", PLAIN, () => Promise.resolve(1)), 1);
  assert.equal(await early.cache.invalidate(["device:a"]), true);
  assert.equal(early.trusts(), false);
  assert.equal(await other.cache.read("k", PLAIN, () => Promise.resolve(2)), 2);
});
