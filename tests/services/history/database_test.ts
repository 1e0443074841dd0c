import assert from "node:assert/strict";
import { join } from "node:path";
import { SqliteFile } from "../../../services/history/database.ts";
import { currentVersion, migrate, migrations } from "../../../services/history/migrations.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const LATEST = migrations.length;

async function withFile(body: (db: SqliteFile, path: string) => void): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "history-db-" });
  try {
    using db = new SqliteFile(join(dir, "x.db"));
    body(db, join(dir, "x.db"));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("a full disk gives disk_full, keeps what was there, and writing goes on once there is room", () =>
  withFile((db) => {
    db.exec("CREATE TABLE t (x TEXT); PRAGMA max_page_count = 4");
    const insert = (bytes: number) => db.transaction(() => db.prepare("INSERT INTO t VALUES (?)").run("x".repeat(bytes)));
    insert(10);
    assert.throws(() => insert(50_000), { code: "disk_full", retryable: true });
    db.exec("PRAGMA max_page_count = 1000");
    insert(50_000);
    assert.equal(db.prepare("SELECT count(*) AS n FROM t").get()?.n, 2);
  }));

Deno.test("a transaction that throws leaves nothing behind, and the next one works", () =>
  withFile((db) => {
    db.exec("CREATE TABLE t (x INTEGER)");
    assert.throws(() =>
      db.transaction(() => {
        db.prepare("INSERT INTO t VALUES (1)").run();
        throw new Error("No");
      }), { message: "No" });
    db.transaction(() => db.prepare("INSERT INTO t VALUES (2)").run());
    assert.deepEqual(db.prepare("SELECT x FROM t").all().map((row) => row.x), [2]);
  }));

Deno.test("the file is durable at each commit: WAL with synchronous FULL, foreign keys on", () =>
  withFile((db) => {
    const pragma = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
    assert.deepEqual([pragma("journal_mode"), pragma("synchronous"), pragma("foreign_keys")], ["wal", 2, 1]);
  }));

Deno.test("what is relaxed does not wait for the disk, is there for other readers, and leaves the commits after it durable", () =>
  withFile((db, path) => {
    const synchronous = () => db.prepare("PRAGMA synchronous").get()?.synchronous;
    db.exec("CREATE TABLE t (x INTEGER)");
    const inside = db.relaxed(() => {
      db.prepare("INSERT INTO t VALUES (1)").run();
      return synchronous();
    });
    assert.deepEqual([inside, synchronous()], [1, 2]);
    using reader = new SqliteFile(path, { readOnly: true });
    assert.equal(reader.prepare("SELECT count(*) AS n FROM t").get()?.n, 1);
    assert.throws(() =>
      db.relaxed(() => {
        throw new Error("No");
      }), { message: "No" });
    assert.equal(synchronous(), 2);
  }));

Deno.test("migrations are applied once each, in order, and from where the last program stopped", () =>
  withFile((db) => {
    const clock = new VirtualClock();
    const steps = [...migrations, { version: LATEST + 1, name: "more", sql: "ALTER TABLE turns ADD COLUMN mood TEXT" }];
    assert.equal(migrate(db, clock), LATEST);
    assert.equal(migrate(db, clock), 0);
    assert.equal(migrate(db, clock, steps), 1);
    assert.equal(migrate(db, clock, steps), 0);
    assert.equal(currentVersion(db, LATEST + 1), LATEST + 1);
    assert.throws(() => migrate(db, clock), { code: "history_newer" });
  }));

Deno.test("a migration that fails leaves the database at the version before it", () =>
  withFile((db) => {
    const clock = new VirtualClock();
    const broken = [...migrations, { version: LATEST + 1, name: "broken", sql: "CREATE TABLE half (x); SELECT nonsense" }];
    assert.throws(() => migrate(db, clock, broken), { code: "history_failed" });
    assert.equal(currentVersion(db), LATEST);
    assert.equal(db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'half'").get()?.n, 0);
  }));

Deno.test("migration numbers rise by one from 1", () => {
  assert.deepEqual(migrations.map((step) => step.version), migrations.map((_, index) => index + 1));
});
