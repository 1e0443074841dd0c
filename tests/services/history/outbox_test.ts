import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { migrations } from "../../../services/history/migrations.ts";
import { openSqliteHistory, type SqliteHistory } from "../../../services/history/sqlite.ts";
import { type TempDir, tempDir } from "../../support/temp_dir.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { draft, turn, turnId } from "./contract.ts";

const DEVICE = "aa:bb:cc:dd:ee:01";
const LATER = Date.UTC(2030, 0, 1);

const open = (dir: TempDir, clock = new VirtualClock()): Promise<SqliteHistory> => openSqliteHistory({ dataDir: dir.path, clock });

const session = (id: string, startedAt = 1) => ({ sessionId: id, deviceId: DEVICE, clientId: "client", startedAt });

/** Delivers all there is to nowhere. */
async function acknowledgeAll(store: SqliteHistory): Promise<void> {
  await store.acknowledge(await store.pendingOutbox(Infinity));
  await store.acknowledge(await store.pendingSessions(Infinity));
}

Deno.test("the end of a session is an entry, with the newest turn that was delivered to carry it", async () => {
  await using dir = tempDir();
  await using store = await open(dir);
  await store.openSession(session("session-1"));
  await store.commitTurn(turn(1));
  await store.commitTurn(turn(2));
  assert.deepEqual(await store.pendingSessions(), []);
  await store.closeSession("session-1", 9, "idle");
  const [waiting] = await store.pendingSessions();
  assert.deepEqual([waiting?.session?.endReason, waiting?.turn], ["idle", undefined]);
  const turns = await store.pendingOutbox();
  assert.deepEqual(turns.map((entry) => entry.session?.endReason), ["idle", "idle"], "turns take the session along as it is now");
  await store.acknowledge(turns.slice(0, 1));
  assert.equal((await store.pendingSessions())[0]?.turn?.turnId, turnId(1));
  await store.acknowledge(turns);
  assert.equal((await store.pendingSessions())[0]?.turn?.turnId, turnId(2));
  await store.closeSession("session-1", 10, "again");
  assert.equal((await store.pendingSessions()).length, 1);
  await store.acknowledge([waiting!]);
  assert.deepEqual(await store.pendingSessions(), []);
});

Deno.test("the end of a session that was erased in between is an entry without a session", async () => {
  await using dir = tempDir();
  await using store = await open(dir);
  await store.openSession(session("session-1"));
  await store.commitTurn(turn(1));
  await store.closeSession("session-1", 9, "idle");
  await store.erase({ sessionId: "session-1" });
  assert.deepEqual(await store.pendingOutbox(), []);
  assert.deepEqual((await store.pendingSessions()).map(({ session, turn }) => [session, turn]), [[undefined, undefined]]);
});

Deno.test("sessions that a crash left open are entries at the next start", async () => {
  await using dir = tempDir();
  const first = await open(dir);
  await first.openSession(session("session-1"));
  await first.draftTurn(draft(1));
  await first[Symbol.asyncDispose]();
  await using store = await open(dir);
  const [turnEntry] = await store.pendingOutbox();
  assert.deepEqual([turnEntry?.turn.outcome, turnEntry?.session?.endReason], ["crashed", "crashed"]);
  assert.deepEqual((await store.pendingSessions()).map(({ session }) => session?.sessionId), ["session-1"]);
});

Deno.test("what a source or an import brings waits for delivery, too, once", async () => {
  await using dir = tempDir();
  await using store = await open(dir);
  const { audio: _, ...record } = turn(1);
  const foreign = { turn: { ...record, audioFiles: {}, origin: "import:1" }, session: { ...session("session-1"), endedAt: 5 } };
  await store.apply([foreign]);
  await store.apply([foreign]);
  assert.deepEqual((await store.pendingOutbox()).map((entry) => [entry.turnId, entry.turn.origin, entry.session?.endedAt]), [
    [turnId(1), "import:1", 5],
  ]);
  await acknowledgeAll(store);
  await store.apply([foreign]);
  assert.deepEqual(await store.pendingOutbox(), []);
});

Deno.test("a read stops before the text exceeds the bound, but never before the first", async () => {
  await using dir = tempDir();
  await using store = await open(dir);
  // Two bytes a character in UTF-8: what counts is bytes.
  for (const n of [1, 2, 3]) await store.commitTurn(turn(n, { userText: "ä".repeat(50), replyText: "", heardText: "" }));
  const read = async (bytes: number) => (await store.pendingOutbox(10, bytes)).length;
  assert.deepEqual([await read(1), await read(199), await read(200), await read(299), await read(300)], [1, 1, 2, 2, 3]);
});

Deno.test("what is parked is not offered, is counted apart, survives a restart and comes back to its place", async () => {
  await using dir = tempDir();
  const clock = new VirtualClock();
  const first = await open(dir, clock);
  await first.openSession(session("session-1"));
  for (const n of [1, 2, 3]) await first.commitTurn(turn(n));
  await first.closeSession("session-1", 9, "idle");
  const [one, two] = await first.pendingOutbox();
  const [end] = await first.pendingSessions();
  await first.park([two!, end!], "history_failed");
  await first.acknowledge([one!]);
  await first[Symbol.asyncDispose]();
  await using store = await open(dir, clock);
  assert.deepEqual((await store.pendingOutbox()).map(({ turnId }) => turnId), [turnId(3)]);
  assert.deepEqual(await store.outboxLoad(), { turns: 1, sessions: 0, parked: 2, oldestAt: clock.wall() });
  assert.equal(await store.unpark(), 2);
  assert.deepEqual((await store.pendingOutbox()).map(({ turnId }) => turnId), [turnId(2), turnId(3)]);
  assert.equal((await store.outboxLoad()).parked, 0);
});

Deno.test("pruning deletes delivered turns that are old, in pieces, out of the search as well, and nothing else", async () => {
  await using dir = tempDir();
  await using store = await open(dir);
  await store.openSession(session("session-1"));
  await store.openSession(session("session-2", 2));
  for (const n of [1, 2, 3, 4, 5, 6]) await store.commitTurn(turn(n));
  await store.commitTurn(turn(7, { sessionId: "session-2" }));
  await store.draftTurn(draft(8));
  const entries = await store.pendingOutbox();
  await store.park([entries[2]!], "history_failed");
  await store.acknowledge(entries.filter(({ turnId: id }) => ![turnId(3), turnId(4)].includes(id)));
  assert.equal(await store.pruneDelivered(LATER, 10), 0, "an open session may still end, and its end needs one of its turns");
  await store.closeSession("session-1", 9, "idle");
  assert.equal(await store.pruneDelivered(LATER, 10), 0, "the end has not been delivered yet");
  await store.acknowledge(await store.pendingSessions());
  assert.equal(await store.pruneDelivered(turn(1).startedAt, 10), 0, "nothing is older");
  assert.equal(await store.pruneDelivered(LATER, 3), 3);
  assert.equal(await store.pruneDelivered(LATER, 3), 1);
  assert.equal(await store.pruneDelivered(LATER, 3), 0);
  assert.deepEqual((await store.listTurns()).map(({ turnId }) => turnId), [turnId(3), turnId(4), turnId(7)]);
  assert.deepEqual((await store.search({ text: "question" })).items.length, 3);
  assert.deepEqual((await store.outboxLoad()).parked, 1);
});

Deno.test("pruning deletes old sessions without turns, but never the newest of a device, by which it is known", async () => {
  await using dir = tempDir();
  await using store = await open(dir);
  for (const n of [1, 2, 3]) {
    await store.openSession(session(`session-${n}`, n));
    await store.closeSession(`session-${n}`, n + 1, "idle");
  }
  await store.openSession({ ...session("other", 1), deviceId: "other" });
  await acknowledgeAll(store);
  assert.equal(await store.pruneDelivered(LATER, 10), 2);
  assert.deepEqual((await store.listSessions()).map(({ sessionId }) => sessionId), ["session-3", "other"]);
});

Deno.test("audio of a turn that was delivered and deleted is still there after the next start", async () => {
  await using dir = tempDir();
  const first = await open(dir);
  await first.commitTurn(turn(1, { audio: { user: new Uint8Array([1]), reply: new Uint8Array([2]) } }));
  await first.commitTurn(turn(2));
  const [one] = await first.listTurns();
  await acknowledgeAll(first);
  assert.equal(await first.pruneDelivered(turn(2).startedAt, 10), 1);
  await first[Symbol.asyncDispose]();
  await Deno.writeFile(dir.join("audio/aa-bb-cc-dd-ee-01/01ZZZ.user.ogg"), new Uint8Array(1));
  await using _store = await open(dir);
  for (const path of Object.values(one!.audioFiles)) assert.equal((await Deno.stat(dir.join(path))).size, 1);
  await assert.rejects(Deno.stat(dir.join("audio/aa-bb-cc-dd-ee-01/01ZZZ.user.ogg")), Deno.errors.NotFound);
});

Deno.test("a database of an earlier version keeps what waits, and numbers of entries are not used again", async () => {
  await using dir = tempDir();
  {
    const db = new DatabaseSync(dir.join("history.db"));
    db.exec("CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL)");
    for (const { version, sql } of migrations.filter(({ version }) => version <= 2)) {
      db.exec(sql);
      db.exec(`INSERT INTO schema_migrations VALUES (${version}, 'x', 0)`);
    }
    db.exec(
      "INSERT INTO turns (turn_id, session_id, device_id, started_at, source, user_text, outcome, ended_at) VALUES " +
        "('01A', 's', 'd', 1, 'speech', 'hello', 'completed', 2); INSERT INTO outbox (seq, turn_id, created_at) VALUES (41, '01A', 3)",
    );
    db.close();
  }
  await using store = await open(dir);
  const [entry] = await store.pendingOutbox();
  assert.deepEqual([entry?.seq, entry?.turnId, entry?.createdAt], [41, "01A", 3]);
  await store.acknowledge(41);
  await store.commitTurn(turn(1));
  assert.equal((await store.pendingOutbox())[0]?.seq, 42);
});
