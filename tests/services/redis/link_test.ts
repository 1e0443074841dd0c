import assert from "node:assert/strict";
import { systemClock } from "../../../base/clock.ts";
import { systemRandom } from "../../../base/random.ts";
import { configWith, loadConfig } from "../../../services/config/mod.ts";
import { RedisError } from "../../../services/redis/errors.ts";
import { connectRedis, hasRedis } from "../../../services/redis/ioredis.ts";
import type { RedisCall, RedisSubscription } from "../../../services/redis/link.ts";
import { redisScript } from "../../../services/redis/script.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { freePort } from "../../support/free_port.ts";
import { noRedis, startRedis } from "../../support/redis.ts";
import { becomes, connected, linkTo, until } from "./support.ts";

const ECHO = redisScript("echo", "return ARGV[1]");
const WRONG = redisScript("be wrong", "return redis.call('INCR', KEYS[1])");

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `Redis link: ${name}`, ignore: noRedis, fn });
}

test("scripts run, by name once Redis knows them, and each is measured", async () => {
  await using redis = await startRedis();
  const calls: RedisCall[] = [];
  await using link = await connected(redis.url, {}, { onCall: (call) => calls.push(call) });
  for (const word of ["a", "b"]) assert.equal(await link.run(ECHO, [], [word]), word);
  await redis.call("SCRIPT", "FLUSH");
  assert.equal(await link.run(ECHO, [], ["c"]), "c");
  assert.deepEqual(calls.map(({ name, ok, ms }) => [name, ok, ms >= 0]), Array(3).fill(["echo", true, true]));
});

test("what Redis refuses is an error of its own that need not be tried again", async () => {
  await using redis = await startRedis();
  await using link = await connected(redis.url);
  await redis.call("SET", link.key("text"), "no number");
  await assert.rejects(link.run(WRONG, [link.key("text")], []), (error) => {
    assert.ok(error instanceof RedisError);
    assert.deepEqual([error.code, error.retryable], ["redis_refused", false]);
    assert.match(error.message, /^Cannot be wrong: .*not an integer/);
    return true;
  });
  assert.equal(link.status.state, "up");
});

test("where nothing listens the status says so, commands are refused at once, and disposal ends it", async () => {
  using log = captureLogger();
  const link = linkTo(`redis://127.0.0.1:${freePort()}`, {}, { logger: log.logger });
  await until(() => link.status.lastError !== undefined, "the failure is known");
  assert.deepEqual([link.status.state, link.session], ["down", 0]);
  assert.match(link.status.lastError ?? "", /ECONNREFUSED/);
  await assert.rejects(link.run(ECHO, [], ["a"]), { code: "redis_unreachable", retryable: true });
  await assert.rejects(link.subscribe("c", () => {}), { code: "redis_unreachable" });
  await link[Symbol.asyncDispose]();
  await link[Symbol.asyncDispose]();
  assert.ok(log.messages().length >= 1 && log.messages().length < 5, "an outage is said once, not at each attempt");
});

test("killed and restarted it comes back by itself, as another session", async () => {
  await using redis = await startRedis();
  await using link = await connected(redis.url);
  const states: string[] = [];
  using _watch = link.watch(({ state }) => states.push(state));
  const { session } = link;
  await redis.kill();
  await becomes(link, "down");
  await redis.restart();
  await becomes(link, "up");
  assert.ok(link.session > session);
  assert.deepEqual(states, ["down", "up"]);
  assert.equal(await link.run(ECHO, [], ["a"]), "a");
  assert.ok(link.status.since > 0);
});

test("frozen it costs one time-out, then nothing, and comes back by itself", async () => {
  await using redis = await startRedis();
  await using link = await connected(redis.url, { timeoutMs: 100 });
  redis.pause();
  await assert.rejects(link.run(ECHO, [], ["a"]), { code: "redis_unreachable" });
  assert.equal(link.status.state, "down");
  await assert.rejects(link.run(ECHO, [], ["b"]), /not connected/);
  redis.resume();
  await becomes(link, "up");
  assert.equal(await link.run(ECHO, [], ["c"]), "c");
});

test("a frozen Redis does not hold up disposal", async () => {
  await using redis = await startRedis();
  const link = await connected(redis.url);
  redis.pause();
  await link[Symbol.asyncDispose]();
  assert.equal(link.session, 0);
  await assert.rejects(link.run(ECHO, [], ["a"]), { code: "redis_unreachable" });
});

test("messages are heard until the subscription is given up, or its connection breaks, which it says", async () => {
  await using redis = await startRedis();
  await using link = await connected(redis.url);
  const heard: string[] = [];
  const subscribe = async () => {
    let made: RedisSubscription | undefined;
    // The second connection has a time of its own.
    await until(async () => {
      made = await link.subscribe(link.key("c"), (text) => heard.push(text)).catch(() => undefined);
      return made !== undefined;
    }, "it is subscribed");
    return made!;
  };
  const first = await subscribe();
  await redis.call("PUBLISH", "xz:c", "one");
  await until(() => heard.length === 1, "it is heard");
  first[Symbol.dispose]();
  assert.equal(first.lost.aborted, true);
  await until(async () => await redis.call("PUBLISH", "xz:c", "nobody") === 0, "nobody listens");
  const second = await subscribe();
  await redis.call("PUBLISH", "xz:c", "two");
  await until(() => heard.length === 2, "it is heard");
  assert.equal(second.lost.aborted, false);
  await redis.kill();
  await until(() => second.lost.aborted, "the loss is known");
  assert.match(String(second.lost.reason), /connection broke/);
  assert.deepEqual(heard, ["one", "two"]);
});

test("a password is sent where there is one, and neither it nor a wrong one is in the log or the error", async () => {
  await using redis = await startRedis({ args: ["--requirepass", "s3cret"], password: "s3cret" });
  using log = captureLogger();
  const config = configWith({ redis: { host: "127.0.0.1", port: redis.port, password: "s3cret", db: 3 } }).redis;
  const common = { clock: systemClock(), random: systemRandom(), logger: log.logger };
  await using good = connectRedis({ ...common, config });
  await becomes(good, "up");
  await good.run(redisScript("set", "return redis.call('SET', KEYS[1], '1')"), [good.key("k")], []);
  assert.match(String(await redis.call("INFO", "keyspace")), /db3:keys=1/);
  await using bad = connectRedis({ ...common, config: { ...config, password: "wr0ng" } });
  await until(() => bad.status.lastError !== undefined, "the refusal is known");
  assert.match(bad.status.lastError ?? "", /WRONGPASS/);
  assert.doesNotMatch(JSON.stringify([log.messages(), bad.status]), /s3cret|wr0ng/);
});

Deno.test("a Redis is used where a url or a host names one", () => {
  const named = (redis: { url?: string; host?: string }) => hasRedis(configWith({ redis }).redis);
  assert.deepEqual([named({}), named({ host: "redis" }), named({ url: "redis://redis" })], [false, true, true]);
});

Deno.test("a prefix that is a stock server's, or none, and an address that is none, are refused with what would be right", async () => {
  const load = (name: string, value: string) => loadConfig({ env: { [`XIAOZHI_REDIS_${name}`]: value }, readText: () => undefined });
  for (const prefix of ["", ":", "xz", "sys:", "server:mine:", "device:", "a b:", "x*:"]) {
    await assert.rejects(load("PREFIX", prefix), /ends with a colon, not one of a stock server's/, prefix);
  }
  for (const url of ["localhost:6379", "http://redis", "redis://"]) {
    await assert.rejects(load("URL", url), /a redis or rediss URL/, url);
  }
  for (const prefix of ["xz:", "home:xiaozhi:", "node-1.x:"]) {
    assert.equal((await load("PREFIX", prefix)).config.redis.prefix, prefix);
  }
});
