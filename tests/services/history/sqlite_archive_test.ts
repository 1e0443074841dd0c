import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SqliteFile } from "../../../services/history/database.ts";
import { migrate, migrations } from "../../../services/history/migrations.ts";
import { HISTORY_FILE, openSqliteHistory, type SqliteHistory } from "../../../services/history/sqlite.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { archiveContract } from "./archive_contract.ts";
import { CONTRACT_NOW, stored } from "./archive_harness.ts";
import { draft, turn, turnId } from "./contract.ts";

const DEVICE = draft(1).deviceId;
const open = (dataDir: string, clock = new VirtualClock(CONTRACT_NOW)) => openSqliteHistory({ dataDir, clock });

archiveContract("SQLite", async () => {
  const dir = await tempDir();
  const clock = new VirtualClock(CONTRACT_NOW);
  const archive = await openSqliteHistory({ dataDir: dir.path, clock });
  return {
    archive,
    clock,
    // deno-lint-ignore require-await -- as the contract has it
    async reset() {
      using db = new DatabaseSync(join(dir.path, HISTORY_FILE));
      db.exec("DELETE FROM turns; DELETE FROM sessions; DELETE FROM erased; DELETE FROM device_memory; DELETE FROM device_roles");
    },
    async [Symbol.asyncDispose]() {
      await archive[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
});

async function withHistory(body: (store: SqliteHistory, dataDir: string) => Promise<void>): Promise<void> {
  await using dir = await tempDir();
  await using store = await open(dir.path);
  await body(store, dir.path);
}

Deno.test("a committed turn is found by search, a draft is not, one that a crash closed is", () =>
  withHistory(async (store, dataDir) => {
    await store.draftTurn(draft(1, { userText: "今天天气" }));
    assert.deepEqual((await store.search({ text: "天气" })).items, []);
    assert.equal(await store.turn(turnId(1)), undefined);
    await store.commitTurn(turn(2, { userText: "明天天气" }));
    await store[Symbol.asyncDispose]();
    await using again = await open(dataDir);
    assert.deepEqual((await again.search({ text: "天气" })).items.map((each) => each.outcome), ["completed", "crashed"]);
  }));

Deno.test("what is erased leaves the outbox, and the outbox of others stays", () =>
  withHistory(async (store) => {
    for (const n of [1, 2, 3]) await store.commitTurn(turn(n));
    assert.equal((await store.erase({ turnId: turnId(2) })).turns, 1);
    assert.deepEqual((await store.pendingOutbox()).map((entry) => entry.turnId), [turnId(1), turnId(3)]);
    await store.commitTurn(turn(2));
    assert.deepEqual((await store.pendingOutbox()).map((entry) => entry.turnId), [turnId(1), turnId(3)]);
    assert.equal((await store.listTurns()).length, 2);
  }));

Deno.test("a turn under way when its device is erased stays a draft until it is over, and then is gone with its audio", () =>
  withHistory(async (store, dataDir) => {
    await store.openSession({ sessionId: "session-1", deviceId: DEVICE, clientId: "c", startedAt: draft(0).startedAt });
    await store.commitTurn(turn(1, { audio: { user: new Uint8Array([1]) } }));
    await store.draftTurn(draft(2));
    const erased = await store.erase({ deviceId: DEVICE });
    assert.deepEqual(erased, { turns: 1, sessions: 1, audioFiles: [`audio/aa-bb-cc-dd-ee-01/${turnId(1)}.user.ogg`] });
    using db = new DatabaseSync(join(dataDir, HISTORY_FILE), { readOnly: true });
    const drafts = () => db.prepare("SELECT turn_id FROM turns").all().map((row) => row.turn_id);
    assert.deepEqual(drafts(), [turnId(2)]);
    await store.commitTurn(turn(2, { audio: { user: new Uint8Array([2]), reply: new Uint8Array([3]) } }));
    assert.deepEqual(drafts(), []);
    assert.deepEqual(await store.pendingOutbox(), []);
    const files = await Array.fromAsync(Deno.readDir(join(dataDir, "audio", "aa-bb-cc-dd-ee-01")));
    assert.deepEqual(files.map((file) => file.name), [`${turnId(1)}.user.ogg`]);
    const startedAt = CONTRACT_NOW + 1;
    await store.commitTurn(turn(3, { startedAt, endedAt: startedAt + 1 }));
    assert.deepEqual((await store.listSessions()).map((each) => [each.sessionId, each.turns]), [["session-1", 1]]);
  }));

Deno.test("a draft that was erased before a crash is not closed as crashed but gone", () =>
  withHistory(async (store, dataDir) => {
    for (const n of [1, 2, 3]) await store.draftTurn(draft(n, { sessionId: `s${n}` }));
    await store.erase({ turnId: turnId(1) });
    await store.erase({ sessionId: "s2" });
    await store[Symbol.asyncDispose]();
    await using again = await open(dataDir);
    assert.deepEqual((await again.listTurns()).map((each) => each.turnId), [turnId(3)]);
    assert.equal((await again.pendingOutbox()).length, 1);
  }));

Deno.test("audio of erased turns that nobody removed is swept at the next start, also when no turn is left", () =>
  withHistory(async (store, dataDir) => {
    await store.commitTurn(turn(1, { audio: { user: new Uint8Array([1]) } }));
    const [path = ""] = (await store.erase({ deviceId: DEVICE })).audioFiles;
    await store[Symbol.asyncDispose]();
    await using _ = await open(dataDir);
    await assert.rejects(Deno.stat(join(dataDir, path)), Deno.errors.NotFound);
  }));

Deno.test("an erasure that a crash cut short is finished at the next start", () =>
  withHistory(async (store, dataDir) => {
    await store.apply(Array.from({ length: 700 }, (_, n) => ({ turn: stored(n) })));
    await store[Symbol.asyncDispose]();
    {
      // What the first step of an erasure leaves behind it.
      using db = new DatabaseSync(join(dataDir, HISTORY_FILE));
      db.prepare("INSERT INTO erased VALUES ('device', ?, ?, 0, 1)").run(DEVICE, stored(600).startedAt);
    }
    await using again = await open(dataDir);
    const { items } = await again.turns({ limit: 1_000 });
    assert.deepEqual([items.length, items.at(-1)?.turnId], [99, turnId(601)]);
  }));

Deno.test("an erasure gives way to everything else between its steps", () =>
  withHistory(async (store) => {
    for (let from = 0; from < 2_000; from += 500) {
      await store.apply(Array.from({ length: 500 }, (_, n) => ({ turn: stored(from + n) })));
    }
    let isOver = false;
    const erasing = store.erase({ deviceId: DEVICE }).then((erased) => {
      isOver = true;
      return erased;
    });
    const seen = new Set<number>();
    while (!isOver) {
      seen.add((await store.turns({ limit: 1_000 })).items.length);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    assert.equal((await erasing).turns, 2_000);
    assert.ok(seen.size > 2, "nothing else ran while the turns were erased");
  }));

Deno.test("a database of version 2 keeps all it has, and its turns are found", async () => {
  await using dir = await tempDir();
  {
    using db = new SqliteFile(join(dir.path, HISTORY_FILE));
    migrate(db, new VirtualClock(), migrations.slice(0, 2));
    db.exec(`
      INSERT INTO sessions VALUES ('session-1', '${DEVICE}', 'c', 1, 2, 'device');
      INSERT INTO turns VALUES ('t1', 'session-1', '${DEVICE}', 5, 'speech', '今天天气?', 'completed', 'Sunny', 'Sun', 1.5, 6,
        '{"firstFrameMs":3}', NULL, NULL, 'audio/x/t1.user.ogg', NULL);
      INSERT INTO turns (turn_id, session_id, device_id, started_at, source, user_text) VALUES ('t2', 'session-1', '${DEVICE}', 7, 'text', 'draft');
      INSERT INTO outbox (seq, turn_id, created_at) VALUES (41, 't1', 8);
      INSERT INTO device_memory VALUES ('${DEVICE}', 'tea', 3, 4);
      INSERT INTO device_roles VALUES ('${DEVICE}', 'pirate');
    `);
  }
  await using store = await open(dir.path);
  const first = {
    turnId: "t1",
    sessionId: "session-1",
    deviceId: DEVICE,
    startedAt: 5,
    source: "speech",
    userText: "今天天气?",
    outcome: "completed",
    replyText: "Sunny",
    heardText: "Sun",
    heardMs: 1.5,
    endedAt: 6,
    timings: { firstFrameMs: 3 },
    audioFiles: { user: "audio/x/t1.user.ogg" },
  };
  assert.deepEqual(await store.turn("t1"), first);
  assert.deepEqual((await store.listTurns()).map((each) => [each.turnId, each.outcome]), [["t1", "completed"], ["t2", "crashed"]]);
  assert.deepEqual(await store.session("session-1"), {
    sessionId: "session-1",
    deviceId: DEVICE,
    clientId: "c",
    startedAt: 1,
    endedAt: 2,
    endReason: "device",
    turns: 2,
  });
  assert.deepEqual((await store.pendingOutbox()).map((entry) => [entry.seq, entry.turnId]), [[41, "t1"], [42, "t2"]]);
  assert.deepEqual(await store.memoryOf(DEVICE), { deviceId: DEVICE, summary: "tea", coversUntil: 3, version: 4 });
  assert.equal(await store.roleOf(DEVICE), "pirate");
  assert.deepEqual((await store.search({ text: "天气 SUNNY" })).items, [first]);
  assert.deepEqual((await store.search({ text: "draft" })).items.map((each) => each.turnId), ["t2"]);
});

Deno.test("a search with more candidates than are read one by one finds the same", () =>
  withHistory(async (store) => {
    for (let from = 0; from < 2_500; from += 500) {
      await store.apply(Array.from({ length: 500 }, (_, n) => ({ turn: stored(from + n, { userText: n % 250 === 0 ? "ab bc" : "abc" }) })));
    }
    const texts = async (text: string) => (await store.search({ text, limit: 1_000 })).items.map((each) => each.userText);
    assert.deepEqual(new Set(await texts("abc")), new Set(["abc"]));
    assert.equal((await texts("bc ab")).length, 1_000);
    assert.deepEqual(await texts("ab bc cab"), []);
  }));
