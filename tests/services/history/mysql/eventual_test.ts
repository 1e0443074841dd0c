import assert from "node:assert/strict";
import type { HistoryArchive } from "../../../../services/history/archive.ts";
import { HistoryError } from "../../../../services/history/errors.ts";
import { eventualArchive } from "../../../../services/history/mysql/eventual.ts";
import { captureLogger } from "../../../support/capture_logger.ts";
import { fakeArchive } from "../../../support/fake_archive.ts";
import { VirtualClock } from "../../../support/virtual_clock.ts";

/** An archive whose server fails as often as told. */
function rig(failures: readonly Error[]) {
  const clock = new VirtualClock();
  const log = captureLogger();
  const left = [...failures];
  const counts = { attempts: 0, opened: 0, disposed: 0 };
  const database = {
    server: "db:3306",
    isLost: false,
    pings: 0,
    ping() {
      database.pings++;
      return database.pings < 3 ? Promise.reject(unreachable()) : Promise.resolve(1);
    },
  };
  const archive = eventualArchive({
    database,
    clock,
    logger: log.logger,
    random: { next: () => 0 },
    onOpen: () => void counts.opened++,
    open: () => {
      counts.attempts++;
      const failure = left.shift();
      if (failure !== undefined) return Promise.reject(failure);
      const inner: HistoryArchive = fakeArchive();
      return Promise.resolve(Object.assign(inner, { [Symbol.asyncDispose]: () => Promise.resolve(void counts.disposed++) }));
    },
  });
  return { clock, log, counts, database, archive };
}

const unreachable = () => new HistoryError("The server refuses connections", "history_unreachable");

Deno.test("an archive is used once it is open, and says when its server is lost", async () => {
  const { clock, log, counts, database, archive } = rig([]);
  using _ = log;
  await clock.advance(0);
  assert.deepEqual((await archive.turns()).items, []);
  assert.deepEqual(archive.status(), { state: "up", server: "db:3306" });
  database.isLost = true;
  assert.equal(archive.status().state, "down");
  await archive[Symbol.asyncDispose]();
  assert.deepEqual(counts, { attempts: 1, opened: 1, disposed: 1 });
});

Deno.test("until it is open every call is refused at once, to be tried again; it is opened within seconds of the server's return", async () => {
  const { clock, log, counts, archive } = rig(Array.from({ length: 20 }, unreachable));
  using _ = log;
  const calls = [
    () => archive.session("s"),
    () => archive.turn("t"),
    () => archive.sessions(),
    () => archive.turns(),
    () => archive.search({ text: "x" }),
    () => archive.retitle("s", "x"),
    () => archive.erase({ turnId: "t" }),
    () => archive.apply([]),
  ];
  for (const call of calls) await assert.rejects(call, { code: "history_unreachable", retryable: true });
  await clock.advance(60_000);
  await assert.rejects(archive.turns(), /not open yet: The server refuses connections/);
  const { state, lastError } = archive.status();
  assert.deepEqual([state, lastError?.code], ["opening", "history_unreachable"]);
  assert.ok(counts.attempts > 5 && counts.attempts < 15, `${counts.attempts} attempts in a minute`);
  assert.equal(log.messages("warning").length, 1, "one reason is told once");
  await clock.advance(200_000);
  assert.equal(archive.status().state, "up");
  assert.deepEqual((await archive.turns()).items, []);
  await archive[Symbol.asyncDispose]();
  assert.equal(clock.armed, 0);
});

Deno.test("a server that is lost is looked for every few seconds until it is found, and one that is there is left alone", async () => {
  const { clock, log, database, archive } = rig([]);
  using _ = log;
  await clock.advance(60_000);
  assert.equal(database.pings, 0);
  database.isLost = true;
  await clock.advance(15_000);
  assert.equal(database.pings, 3);
  database.isLost = false;
  await clock.advance(60_000);
  assert.equal(database.pings, 3);
  await archive[Symbol.asyncDispose]();
  assert.equal(clock.armed, 0);
});

Deno.test("what cannot be opened for another reason is told, and tried again as well", async () => {
  const newer = new HistoryError("The database was written by a later version", "history_newer");
  const { clock, log, archive } = rig([unreachable(), newer, newer]);
  using _ = log;
  await clock.advance(700);
  assert.equal(archive.status().lastError?.code, "history_newer");
  assert.equal(log.messages("warning").length, 2);
  await clock.advance(60_000);
  assert.equal(archive.status().state, "up");
  await archive[Symbol.asyncDispose]();
});

Deno.test("an archive that never opened is given up at once", async () => {
  const { clock, log, counts, archive } = rig(Array.from({ length: 5 }, unreachable));
  using _ = log;
  await clock.advance(100);
  await archive[Symbol.asyncDispose]();
  assert.deepEqual([clock.armed, counts.opened, counts.disposed], [0, 0, 0]);
});
