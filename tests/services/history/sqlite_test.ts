import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { migrations } from "../../../services/history/migrations.ts";
import { HISTORY_FILE, openSqliteHistory, type SqliteHistory } from "../../../services/history/sqlite.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { draft, type Harness, historyContract, outboxContract, turn, turnId } from "./contract.ts";

/** A data directory that is gone after the test. */
async function temporary(): Promise<{ dir: string } & AsyncDisposable> {
  const dir = await Deno.makeTempDir({ prefix: "history-" });
  return { dir, [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }) };
}

const open = (dataDir: string, flushBeside = false): Promise<SqliteHistory> =>
  openSqliteHistory({ dataDir, clock: new VirtualClock(), flushBeside });

for (const flushBeside of [false, true]) {
  const name = flushBeside ? "SQLite, flushed beside" : "SQLite";
  historyContract(name, () => harness(flushBeside));
  outboxContract(name, () => harness(flushBeside));
}

async function harness(flushBeside: boolean): Promise<Harness<SqliteHistory>> {
  const root = await temporary();
  let lives = 0;
  const dir = () => join(root.dir, String(lives));
  const opened: SqliteHistory[] = [];
  return {
    async open() {
      const store = await open(dir(), flushBeside);
      opened.push(store);
      return store;
    },
    // Copying the files of an open database is what a kill leaves: the log is not folded in and nothing was closed.
    async crash() {
      const from = dir();
      lives++;
      await Deno.mkdir(dir());
      for await (const file of Deno.readDir(from)) {
        if (file.isFile && !file.name.endsWith("-shm")) await Deno.copyFile(join(from, file.name), join(dir(), file.name));
      }
    },
    async [Symbol.asyncDispose]() {
      for (const store of opened) await store[Symbol.asyncDispose]();
      await root[Symbol.asyncDispose]();
    },
  };
}

Deno.test("audio is written below the device's folder before the commit and named in the turn", async () => {
  await using root = await temporary();
  await using store = await open(root.dir);
  await store.commitTurn(turn(1, { audio: { user: new Uint8Array([1, 2, 3]), reply: new Uint8Array([4]) } }));
  const [read] = await store.listTurns();
  assert.deepEqual(read?.audioFiles, {
    user: `audio/aa-bb-cc-dd-ee-01/${turnId(1)}.user.ogg`,
    reply: `audio/aa-bb-cc-dd-ee-01/${turnId(1)}.reply.ogg`,
  });
  assert.deepEqual(await Deno.readFile(join(root.dir, read?.audioFiles.user ?? "")), new Uint8Array([1, 2, 3]));
});

Deno.test("no device id leads outside the audio folder, and different ids never share a file", async () => {
  await using root = await temporary();
  await using store = await open(join(root.dir, "data"));
  const ids = [
    "../../../evil",
    "..",
    "/etc/x",
    "a/b",
    "a\\b",
    "",
    "con",
    "\u0000",
    "aa-bb-cc-dd-ee-01",
    "AA:BB:CC:DD:EE:01",
    "x".repeat(5_000),
  ];
  for (const [n, deviceId] of ids.entries()) {
    await store.commitTurn(turn(n, { deviceId, turnId: `../t${n}`, audio: { user: new Uint8Array([n]) } }));
  }
  const files = (await store.listTurns()).map((t) => t.audioFiles.user ?? "");
  assert.equal(new Set(files).size, ids.length);
  for (const file of files) assert.match(file, /^audio\/id_[0-9a-f]{40}\/id_[0-9a-f]{40}\.user\.ogg$/);
  assert.deepEqual((await Array.fromAsync(Deno.readDir(root.dir))).map((entry) => entry.name), ["data"]);
});

Deno.test("a turn is kept even when its audio cannot be", async () => {
  await using root = await temporary();
  await using store = await open(root.dir);
  await Deno.writeTextFile(join(root.dir, "audio"), "in the way");
  await store.commitTurn(turn(1, { audio: { user: new Uint8Array([1]) } }));
  assert.deepEqual((await store.listTurns()).map((t) => [t.outcome, t.audioFiles]), [["completed", {}]]);
});

Deno.test("audio without a turn is deleted at start, other files stay", async () => {
  await using root = await temporary();
  {
    await using store = await open(root.dir);
    await store.commitTurn(turn(1, { audio: { user: new Uint8Array([1]) } }));
    await store.commitTurn(turn(2, { turnId: "odd id", audio: { reply: new Uint8Array([1]) } }));
  }
  const folder = join(root.dir, "audio", "aa-bb-cc-dd-ee-01");
  const kept = (await Array.fromAsync(Deno.readDir(join(root.dir, "audio")))).length;
  await Deno.writeTextFile(join(folder, `${turnId(9)}.user.ogg`), "orphan");
  await Deno.writeTextFile(join(folder, `${turnId(1)}.user.ogg.7.tmp`), "torn");
  await Deno.writeTextFile(join(folder, "notes.txt"), "mine");
  await using store = await open(root.dir);
  const left = (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name).sort();
  const [odd] = (await store.listTurns()).filter((t) => t.turnId === "odd id");
  assert.equal(kept, 1);
  assert.deepEqual(left, [`${turnId(1)}.user.ogg`, (odd?.audioFiles.reply ?? "").split("/").at(-1), "notes.txt"].sort());
});

Deno.test("audio outlives a database that was moved aside", async () => {
  await using root = await temporary();
  {
    await using store = await open(root.dir);
    await store.commitTurn(turn(1, { audio: { user: new Uint8Array([1]) } }));
  }
  await Deno.rename(join(root.dir, HISTORY_FILE), join(root.dir, "aside.db"));
  await using store = await open(root.dir);
  assert.deepEqual(await store.listTurns(), []);
  assert.equal((await Deno.stat(join(root.dir, "audio", "aa-bb-cc-dd-ee-01", `${turnId(1)}.user.ogg`))).size, 1);
});

Deno.test("a database of a later version is refused and left as it is", async () => {
  await using root = await temporary();
  await (await open(root.dir))[Symbol.asyncDispose]();
  {
    using db = new DatabaseSync(join(root.dir, HISTORY_FILE));
    db.exec("INSERT INTO schema_migrations VALUES (99, 'from the future', 0)");
  }
  await assert.rejects(open(root.dir), { code: "history_newer", message: /schema version 99.*up to \d+;/ });
  using db = new DatabaseSync(join(root.dir, HISTORY_FILE));
  assert.equal(db.prepare("SELECT count(*) AS n FROM schema_migrations").get()?.n, migrations.length + 1);
});

Deno.test("a file that is no database, or a damaged one, is refused with its path", async () => {
  await using root = await temporary();
  const path = join(root.dir, HISTORY_FILE);
  await Deno.writeTextFile(path, "Dear diary, today I was mistaken for a database. ".repeat(100));
  await assert.rejects(open(root.dir), { code: "history_corrupt", message: /history\.db/ });
  await Deno.remove(path);
  {
    await using store = await open(root.dir);
    for (let n = 0; n < 200; n++) await store.commitTurn(turn(n));
  }
  const bytes = await Deno.readFile(path);
  bytes.fill(0x5a, 4_096 * 2, 4_096 * 20);
  await Deno.writeFile(path, bytes);
  await assert.rejects(open(root.dir), { code: "history_corrupt", retryable: false });
});

Deno.test("a lock held by another program gives a retryable error, and the same commit works afterwards", async () => {
  await using root = await temporary();
  await using store = await open(root.dir);
  using other = new DatabaseSync(join(root.dir, HISTORY_FILE));
  other.exec("BEGIN IMMEDIATE");
  await assert.rejects(store.commitTurn(turn(1)), { code: "history_busy", retryable: true });
  other.exec("ROLLBACK");
  await store.commitTurn(turn(1));
  assert.equal((await store.pendingOutbox()).length, 1);
});

Deno.test("turns, sessions and drafts survive an orderly close", async () => {
  await using root = await temporary();
  {
    await using store = await open(root.dir);
    await store.openSession({ sessionId: "session-1", deviceId: "d", clientId: "c", startedAt: 1 });
    await store.draftTurn(draft(1));
    await store.commitTurn(turn(1));
    await store.closeSession("session-1", 2, "shutdown");
  }
  await using store = await open(root.dir);
  assert.deepEqual((await store.listTurns()).map((t) => t.outcome), ["completed"]);
  assert.deepEqual((await store.listSessions()).map((s) => s.endReason), ["shutdown"]);
});
