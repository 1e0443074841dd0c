/**
 * The tree of the process: what starts and stops when, what restarts what, and the way out.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Platform } from "../../../actors/platform/platform.ts";
import { platformChildren, type PlatformParts } from "../../../actors/platform/tree.ts";
import { rootCause } from "../../../actors/supervision/errors.ts";
import { delay } from "../../../base/clock.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { Family, type MemberOptions } from "../supervision/family.ts";

type Names = "configuration" | "database" | "redis" | "speech" | "delivery" | "sync" | "cache" | "health" | "devices" | "http";

/** A whole process of services that do as they are told. */
function process(
  options: Partial<Record<Names, MemberOptions>> = {},
  platformOptions: Partial<ConstructorParameters<typeof Platform>[0]> = {},
) {
  const family = new Family();
  const log = captureLogger();
  const member = (id: Names) => family.member(id, options[id]);
  const parts: PlatformParts = {
    configuration: member("configuration"),
    database: member("database"),
    redis: member("redis"),
    speech: member("speech"),
    daemons: { delivery: member("delivery"), sync: member("sync"), cacheInvalidation: member("cache"), health: member("health") },
    devices: member("devices"),
    http: member("http"),
  };
  const { clock } = family;
  const random = { next: () => 0.5 };
  const platform = new Platform({ clock, random, logger: log.logger, devices: () => undefined, ...platformOptions });
  const start = async () => {
    const ready = platform.start(platformChildren(parts));
    await clock.advance(0);
    await ready;
    return family.news();
  };
  return { family, clock, log, platform, start };
}

const ALL = "+configuration +redis +database +speech +delivery +sync +cache +health +devices +http";
const REVERSE = "-http -devices -health -cache -sync -delivery -speech -database -redis -configuration";

Deno.test("the listener is opened last and closed first, and the data directory is held from first to last", async () => {
  const { platform, start, family, log, clock } = process();
  using _log = log;
  assert.equal(await start(), ALL);
  const drained = platform.drain(4000);
  assert.equal(platform.draining, true);
  await clock.advance(0);
  assert.deepEqual(await drained, { devices: 0, cut: 0, lost: 0, inTime: true, tookMs: 0 });
  assert.equal(family.news(), REVERSE);
  family.assertGone();
});

for (
  const [id, news] of [
    ["http", "!http +http"],
    ["devices", "!devices -http +devices +http"],
    ["sync", "!sync +sync"],
    ["redis", "!redis +redis"],
    ["speech", "!speech -http -devices -health -cache -sync -delivery +speech +delivery +sync +cache +health +devices +http"],
    ["database", `!database -http -devices -health -cache -sync -delivery -speech ${ALL.replace("+configuration +redis ", "")}`],
  ] as const
) {
  Deno.test(`a crash of ${id} restarts it and what relies on it, and nothing else`, async () => {
    const { platform, start, family, log, clock } = process();
    using _log = log;
    await start();
    await family.crash(id);
    assert.equal(family.news(), news);
    const [last] = platform.log.recent();
    assert.ok(last?.path.startsWith("platform/") && last.path.endsWith(id));
    assert.equal(log.messages("error").length, 1);
    await Promise.all([platform.drain(4000), clock.advance(0)]);
    family.assertGone();
  });
}

Deno.test("a daemon that fails again and again takes its supervisor with it, and then the process ends in good order", async () => {
  const { platform, start, family, log, clock } = process();
  using _log = log;
  await start();
  let crashes = 0;
  const over = assert.rejects(platform.finished, (error: unknown) => /sync crashed/.test(String(rootCause(error))));
  for (; platform.tree().state === "running" && crashes < 100; crashes++) {
    await family.crash("sync");
    await clock.advance(0);
    for (let waited = 0; waited < 60 && (family.live.get("sync") ?? 0) === 0 && platform.tree().state === "running"; waited++) {
      await clock.advance(500);
    }
  }
  await over;
  // Five restarts and an escalation each time; the process may do so as often as fits into a minute.
  assert.equal(crashes % 6, 0);
  family.assertGone();
  assert.match(family.news(), new RegExp(`${REVERSE.replace("-sync ", "").split(" ").slice(-4).join(" ")}$`));
});

Deno.test("a Redis that never answers holds up nothing, and comes when it comes", async () => {
  const { platform, start, family, log, clock } = process({ redis: { starts: Array(8).fill("badly") } });
  using _log = log;
  assert.equal(await start(), ALL.replace("+redis ", ""));
  await clock.advance(120_000);
  assert.equal(family.news(), "+redis");
  assert.equal(platform.tree().state, "running");
  await Promise.all([platform.drain(4000), clock.advance(0)]);
});

Deno.test("the drain takes its steps in order: devices, outbox, listener, daemons, stores", async () => {
  const steps: string[] = [];
  const { platform, start, family, log, clock } = process({}, {
    devices: () => ({
      drain: async (finishMs, cutMs) => {
        steps.push(`devices ${finishMs}+${cutMs}`);
        await delay(clock, 1500);
        steps.push("devices gone");
        return { devices: 10, cut: 3, lost: 1 };
      },
    }),
    flushOutbox: async (signal) => {
      steps.push(`flush after ${family.news()}.`);
      await delay(clock, 100, signal);
      return 0;
    },
  });
  using _log = log;
  await start();
  const drained = platform.drain(4000);
  await clock.advance(1600);
  assert.deepEqual(await drained, { devices: 10, cut: 3, lost: 1, outboxLeft: 0, inTime: true, tookMs: 1600 });
  assert.deepEqual(steps, ["devices 2200+800", "devices gone", "flush after ."]);
  assert.equal(family.news(), REVERSE);
  assert.match(log.messages("warning").join(), /3 of 10 devices were cut off/);
  assert.match(log.messages("error").join(), /last turns of 1 devices/);
});

Deno.test("nothing that hangs holds up the end: devices, outbox and services are left at the deadline, and named", async () => {
  const { platform, start, log, clock } = process({ database: { stopsInMs: undefined, shutdown: 60_000 } }, {
    devices: () => ({ drain: () => new Promise(() => {}) }),
    flushOutbox: () => new Promise(() => {}),
  });
  using _log = log;
  await start();
  const drained = platform.drain(4000);
  await clock.advance(4000);
  assert.deepEqual(await drained, { devices: 0, cut: 0, lost: 0, inTime: false, tookMs: 4000 });
  assert.match(log.messages("error").join(), /configuration up, redis up, database stopping/);
});

Deno.test("an outbox that cannot be delivered is left for the next start", async () => {
  const { platform, start, family, log, clock } = process({}, { flushOutbox: () => Promise.reject(new Error("The database is away")) });
  using _log = log;
  await start();
  const drained = platform.drain(4000);
  await clock.advance(0);
  assert.equal((await drained).outboxLeft, undefined);
  family.assertGone();
});
