import assert from "node:assert/strict";
import { AudioBudget } from "../../../services/history/audio_budget.ts";
import { measureHistory } from "../../../services/history/disk_usage.ts";
import { openSqliteHistory } from "../../../services/history/sqlite.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { turn } from "./contract.ts";

const HOUR = 3_600_000;

function budget(maxBytes: number) {
  const clock = new VirtualClock();
  const log = captureLogger();
  const disk = { bytes: 0, measured: 0, broken: false };
  const measure = () => {
    disk.measured++;
    return disk.broken ? Promise.reject(new Error("The disk is gone")) : Promise.resolve(disk.bytes);
  };
  return { clock, log, disk, budget: new AudioBudget({ maxBytes, measure, clock, logger: log.logger }) };
}

Deno.test("audio is taken up to the bound, refused above it with one warning, and taken again with one notice", async () => {
  const { clock, log, disk, budget: audio } = budget(1000);
  using _ = log;
  disk.bytes = 700;
  await audio.measure();
  assert.equal(audio.admits(300), true);
  audio.added(300);
  assert.deepEqual([audio.admits(1), audio.admits(50), audio.admits(1)], [false, false, false]);
  assert.equal(audio.full, true);
  assert.equal(log.messages("warning").length, 1);
  assert.match(log.messages("warning")[0] ?? "", /takes 1000 of the 1000 bytes of history\.maxBytes; text is kept/);
  disk.bytes = 940;
  await clock.advance(61_000);
  assert.equal(audio.admits(30), false, "it is measured anew beside the work, not before the answer");
  await clock.advance(0);
  assert.equal(audio.admits(30), true);
  assert.deepEqual(log.messages("info").map((line) => /again.*; 4 pieces/.test(line)), [true]);
});

Deno.test("a file deleted does not begin a new warning: audio is taken again only below 95 %", async () => {
  const { log, disk, budget: audio } = budget(1000);
  using _ = log;
  disk.bytes = 1000;
  await audio.measure();
  assert.equal(audio.admits(1), false);
  disk.bytes = 960;
  await audio.measure();
  assert.equal(audio.admits(1), false);
  disk.bytes = 949;
  await audio.measure();
  assert.equal(audio.admits(1), true);
  assert.deepEqual([log.messages("warning").length, log.messages("info").length], [1, 1]);
});

Deno.test("the disk is looked at once an hour, not once a turn", async () => {
  const { clock, log, disk, budget: audio } = budget(1000);
  using _ = log;
  for (let n = 0; n < 100; n++) assert.equal(audio.admits(1), true);
  assert.equal(disk.measured, 1);
  await clock.advance(HOUR);
  for (let n = 0; n < 100; n++) audio.admits(1);
  assert.equal(disk.measured, 2);
});

Deno.test("a disk that cannot be measured is a warning, and audio goes on being taken", async () => {
  const { log, disk, budget: audio } = budget(1000);
  using _ = log;
  disk.broken = true;
  await audio.measure();
  assert.equal(audio.admits(1), true);
  assert.match(log.messages("warning").join(), /cannot be measured: The disk is gone/);
});

/** What a history takes before anything was said. */
async function emptyBytes(): Promise<number> {
  await using dir = tempDir();
  await using _store = await openSqliteHistory({ dataDir: dir.path, clock: new VirtualClock() });
  return await measureHistory(dir.path);
}

Deno.test("above the bound a turn is kept without its audio, and what is measured is database and audio", async () => {
  await using dir = tempDir();
  using log = captureLogger();
  const clock = new VirtualClock();
  // Room for one file of the size below, and not for two.
  const maxBytes = await emptyBytes() + 200_000;
  const audioBudget = new AudioBudget({ maxBytes, measure: () => measureHistory(dir.path), clock, logger: log.logger });
  await using store = await openSqliteHistory({ dataDir: dir.path, clock, audioBudget });
  await audioBudget.measure();
  const empty = audioBudget.bytes;
  assert.ok(empty > 0);
  const audio = { user: new Uint8Array(150_000) };
  for (const n of [1, 2, 3]) await store.commitTurn(turn(n, { audio }));
  const kept = (await store.listTurns()).map(({ audioFiles }) => audioFiles.user !== undefined);
  assert.deepEqual(kept, [true, false, false]);
  assert.equal((await store.pendingOutbox()).length, 3);
  await audioBudget.measure();
  assert.ok(audioBudget.bytes >= 150_000 + empty);
});
