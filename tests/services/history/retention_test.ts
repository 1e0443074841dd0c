import assert from "node:assert/strict";
import { historyEraser } from "../../../services/history/eraser.ts";
import { HistoryError } from "../../../services/history/errors.ts";
import { Retention } from "../../../services/history/retention.ts";
import type { StoredTurn } from "../../../services/history/store.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { type FakeArchive, fakeArchive } from "../../support/fake_archive.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;

/** A turn of `device` that is `age` days old at the beginning of the clock. */
function turn(clock: VirtualClock, device: string, age: number, index = 0): StoredTurn {
  const startedAt = clock.wall() - age * DAY + index;
  return {
    turnId: `${device}-${age}-${index}`,
    sessionId: `s-${device}-${age}`,
    deviceId: device,
    startedAt,
    endedAt: startedAt,
    source: "speech",
    userText: "",
    outcome: "completed",
    replyText: "",
    heardText: "",
    heardMs: 0,
    timings: {},
    audioFiles: { user: `audio/${device}/${age}-${index}.user.ogg` },
  };
}

async function setUp(own: Record<string, number>, defaultDays: number) {
  const log = captureLogger();
  const clock = new VirtualClock();
  const archive: FakeArchive = fakeArchive();
  const removed: string[] = [];
  const sizes: number[] = [];
  const remove = (paths: readonly string[]) => {
    sizes.push(paths.length);
    removed.push(...paths);
    return Promise.resolve();
  };
  for (const device of ["a", "b", "c"]) {
    await archive.apply([1, 20, 40, 400].map((age) => ({ turn: turn(clock, device, age) })));
  }
  const retention = new Retention({
    archive,
    erase: historyEraser(archive, { remove }),
    devices: { retentions: () => Promise.resolve(new Map(Object.entries(own))) },
    defaultDays,
    clock,
    logger: log.logger,
  });
  return {
    archive,
    clock,
    log,
    removed,
    sizes,
    retention,
    left: () => [...archive.heldTurns.keys()].sort(),
    async [Symbol.asyncDispose]() {
      await retention[Symbol.asyncDispose]();
      log[Symbol.dispose]();
    },
  };
}

Deno.test("a device's own number goes before the configuration's, and 0 keeps its turns for ever", async () => {
  await using fx = await setUp({ a: 10, b: 0 }, 30);
  await fx.clock.advance(HOUR + 1000);
  assert.deepEqual(fx.left(), ["a-1-0", "b-1-0", "b-20-0", "b-40-0", "b-400-0", "c-1-0", "c-20-0"]);
  assert.deepEqual(
    fx.removed.toSorted(),
    ["a/20-0", "a/40-0", "a/400-0", "c/40-0", "c/400-0"].map((name) => `audio/${name}.user.ogg`).toSorted(),
  );
  assert.match(fx.log.messages("info").join(), /Erased 5 turns/);
});

Deno.test("where nothing is to be erased, nothing is", async () => {
  await using fx = await setUp({}, 0);
  await fx.clock.advance(10 * HOUR);
  assert.equal(fx.left().length, 12);
  assert.deepEqual(fx.archive.writes.filter((write) => write === "erase"), []);
});

Deno.test("many old turns are erased a few at a time", async () => {
  await using fx = await setUp({ a: 10 }, 0);
  await fx.archive.apply(Array.from({ length: 1000 }, (_, index) => ({ turn: turn(fx.clock, "a", 50, index) })));
  await fx.clock.advance(HOUR + 1000);
  assert.deepEqual(fx.left().filter((id) => id.startsWith("a")), ["a-1-0"]);
  assert.ok(fx.sizes.length >= 5 && Math.max(...fx.sizes) <= 200, `${fx.sizes}`);
});

Deno.test("turns that are kept for ever do not stand in the way of those behind them", async () => {
  await using fx = await setUp({ a: 0 }, 30);
  await fx.archive.apply(Array.from({ length: 500 }, (_, index) => ({ turn: turn(fx.clock, "a", 300, index) })));
  await fx.clock.advance(HOUR + 1000);
  assert.equal(fx.left().filter((id) => id.startsWith("a")).length, 504);
  assert.deepEqual(fx.left().filter((id) => id.startsWith("c")), ["c-1-0", "c-20-0"]);
});

Deno.test("a turn grows old while the server runs", async () => {
  await using fx = await setUp({}, 30);
  await fx.clock.advance(11 * DAY);
  assert.deepEqual(fx.left(), ["a-1-0", "b-1-0", "c-1-0"]);
});

Deno.test("a history that is away costs a round and no more", async () => {
  await using fx = await setUp({}, 30);
  fx.archive.failure = new HistoryError("away", "history_unreachable");
  await fx.clock.advance(HOUR + 1000);
  assert.match(fx.log.messages("warning").join(), /Old turns cannot be erased now: away/);
  fx.archive.failure = undefined;
  await fx.clock.advance(HOUR + 1000);
  assert.equal(fx.left().length, 6);
});

Deno.test("numbers that came to the registry while the history was being opened hold from the first round on", async () => {
  const own: Record<string, number> = {};
  await using fx = await setUp(own, 30);
  const { turns } = fx.archive;
  fx.archive.turns = (query) => {
    // Opening carries devices over from another registry.
    own.a = 0;
    return turns.call(fx.archive, query);
  };
  await fx.clock.advance(HOUR + 1000);
  assert.equal(fx.left().filter((id) => id.startsWith("a")).length, 4);
});
