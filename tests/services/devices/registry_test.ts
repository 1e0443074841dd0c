import assert from "node:assert/strict";
import type { Kysely } from "kysely";
import type { DeviceRegistry } from "../../../services/devices/registry.ts";
import { DeviceTable } from "../../../services/devices/store.ts";
import type { DevicesSchema } from "../../../services/devices/table.ts";
import { deviceRegistry } from "../../../services/devices/write_behind.ts";
import { SqliteFile } from "../../../services/history/database.ts";
import { migrate, migrations } from "../../../services/history/migrations.ts";
import { queryBuilder } from "../../../services/history/queries.ts";
import { type CapturedLogger, captureLogger } from "../../support/capture_logger.ts";
import { type TempDir, tempDir } from "../../support/temp_dir.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const A = "aa:aa:aa:aa:aa:aa";
const B = "bb:bb:bb:bb:bb:bb";

interface Fixture extends AsyncDisposable {
  readonly registry: DeviceRegistry;
  readonly table: DeviceTable;
  readonly clock: VirtualClock;
  readonly log: CapturedLogger;
  /** Statements that wrote, and rows that they were given. */
  readonly written: number[];
  /** Thrown by writes while it is set. */
  failure: Error | undefined;
}

function open(): Fixture {
  const dir: TempDir = tempDir();
  const log = captureLogger();
  const clock = new VirtualClock();
  const db = new SqliteFile(dir.join("history.db"));
  migrate(db, clock);
  const table = new DeviceTable({ db: queryBuilder(db) as unknown as Kysely<DevicesSchema>, dialect: "sqlite" });
  const written: number[] = [];
  const see = table.see.bind(table);
  table.see = async (devices) => {
    if (fixture.failure !== undefined) throw fixture.failure;
    written.push(devices.length);
    await see(devices);
  };
  const registry = deviceRegistry({ table, clock, logger: log.logger });
  const fixture: Fixture = {
    registry,
    table,
    clock,
    log,
    written,
    failure: undefined,
    async [Symbol.asyncDispose]() {
      await registry[Symbol.asyncDispose]();
      db[Symbol.dispose]();
      log[Symbol.dispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
  return fixture;
}

Deno.test("a device that comes by is known at once, and written within seconds", async () => {
  await using fx = open();
  fx.registry.note({ deviceId: A, clientId: "c", seenAt: 100, board: "bread", firmware: "1.6.0", language: "zh-CN" });
  const known = {
    deviceId: A,
    clientId: "c",
    firstSeenAt: 100,
    lastSeenAt: 100,
    board: "bread",
    firmware: "1.6.0",
    language: "zh-CN",
    flags: {},
  };
  assert.deepEqual(await fx.registry.get(A), known);
  assert.equal(await fx.table.get(A), undefined);
  await fx.clock.advance(5000);
  assert.deepEqual(await fx.table.get(A), known);
  assert.deepEqual((await fx.registry.list()).items, [known]);
});

Deno.test("a device that came by a moment ago is listed, and one that is known is not written for it", async () => {
  await using fx = open();
  fx.registry.note({ deviceId: A, seenAt: 1 });
  fx.registry.note({ deviceId: B, seenAt: 2 });
  assert.deepEqual((await fx.registry.list()).items.map((device) => device.deviceId), [A, B]);
  assert.deepEqual(fx.written, [2]);
  for (let seenAt = 3; seenAt < 50; seenAt++) {
    fx.registry.note({ deviceId: A, seenAt });
    assert.equal((await fx.registry.list()).items[0]?.lastSeenAt, seenAt);
  }
  assert.deepEqual(fx.written, [2]);
  await fx.clock.advance(5000);
  assert.deepEqual([fx.written, (await fx.table.get(A))?.lastSeenAt], [[2, 1], 49]);
});

Deno.test("first and last instants stand whatever the order, and what is not said leaves what is known", async () => {
  await using fx = open();
  fx.registry.note({ deviceId: A, clientId: "c", seenAt: 500, board: "bread", firmware: "1" });
  await fx.clock.advance(5000);
  fx.registry.note({ deviceId: A, clientId: "", seenAt: 900 });
  fx.registry.note({ deviceId: A, seenAt: 200, firmware: "2" });
  const expected = { deviceId: A, clientId: "c", firstSeenAt: 200, lastSeenAt: 900, board: "bread", firmware: "2", flags: {} };
  assert.deepEqual(await fx.registry.get(A), expected);
  assert.deepEqual((await fx.registry.list()).items, [expected]);
  await fx.clock.advance(5000);
  assert.deepEqual(await fx.table.get(A), expected);
});

Deno.test("a thousand reconnections of a device are one row, and a fleet that reconnects for a minute writes a bounded number a second", async () => {
  await using fx = open();
  for (let count = 0; count < 1000; count++) fx.registry.note({ deviceId: A, seenAt: count });
  await fx.clock.advance(5000);
  assert.deepEqual(fx.written, [1]);
  fx.written.length = 0;
  for (let second = 0; second < 60; second++) {
    for (let device = 0; device < 3000; device++) fx.registry.note({ deviceId: `d${device}`, seenAt: second });
    await fx.clock.advance(1000);
  }
  const rows = fx.written.reduce((sum, count) => sum + count, 0);
  assert.ok(fx.written.length <= 12 && rows <= 12_000, `${fx.written}`);
  await fx.clock.advance(60_000);
  assert.equal((await fx.table.get("d2999"))?.lastSeenAt, 59);
});

Deno.test("what people say of a device stands beside what it says itself, and can be taken away", async () => {
  await using fx = open();
  fx.registry.note({ deviceId: A, seenAt: 1, language: "en-US" });
  const changed = await fx.registry.update(A, { name: "Kitchen", alias: "小智", room: "Küche", language: "zh-CN", flags: { beta: true } });
  assert.deepEqual([changed?.name, changed?.alias, changed?.room, changed?.language, changed?.flags], [
    "Kitchen",
    "小智",
    "Küche",
    "zh-CN",
    { beta: true },
  ]);
  fx.registry.note({ deviceId: A, seenAt: 2, language: "ja-JP" });
  await fx.clock.advance(5000);
  assert.equal((await fx.registry.get(A))?.language, "zh-CN");
  const bare = await fx.registry.update(A, { name: null, language: null, flags: {} });
  assert.deepEqual([bare?.name, bare?.language, bare?.flags, bare?.room], [undefined, "ja-JP", {}, "Küche"]);
  assert.equal((await fx.registry.update(A, {}))?.room, "Küche");
  assert.equal(await fx.registry.update(B, { name: "x" }), undefined);
});

Deno.test("a retention is of its device, and the configuration's where it is taken away", async () => {
  await using fx = open();
  for (const deviceId of [A, B]) fx.registry.note({ deviceId, seenAt: 1 });
  assert.equal(await fx.registry.setRetention(A, 30), true);
  assert.equal(await fx.registry.setRetention(B, 0), true);
  assert.deepEqual(await fx.registry.retentions(), new Map([[A, 30], [B, 0]]));
  assert.equal((await fx.registry.get(A))?.retentionDays, 30);
  assert.equal(await fx.registry.setRetention(A, undefined), true);
  assert.deepEqual(await fx.registry.retentions(), new Map([[B, 0]]));
  assert.equal(await fx.registry.setRetention("unknown", 1), false);
});

Deno.test("devices are listed page by page, each once", async () => {
  await using fx = open();
  const ids = Array.from({ length: 25 }, (_, index) => `d${String(index).padStart(2, "0")}`);
  for (const deviceId of ids.toReversed()) fx.registry.note({ deviceId, seenAt: 1 });
  await fx.clock.advance(5000);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await fx.registry.list({ limit: 10, ...(cursor === undefined ? {} : { cursor }) });
    seen.push(...page.items.map((device) => device.deviceId));
    cursor = page.next;
  } while (cursor !== undefined);
  assert.deepEqual(seen, ids);
  for (const bad of ["", "x", "d!", "ZA", "dZA==", `d${"A".repeat(3)}\0`]) {
    await assert.rejects(fx.registry.list({ cursor: bad }), { code: "bad_cursor" }, bad);
  }
});

Deno.test("a removed device is gone, also when it waited to be written, and known again when it comes by", async () => {
  await using fx = open();
  fx.registry.note({ deviceId: A, seenAt: 1 });
  assert.equal(await fx.registry.remove(A), true);
  await fx.clock.advance(5000);
  assert.equal(await fx.registry.get(A), undefined);
  assert.equal(await fx.registry.remove(A), false);
  fx.registry.note({ deviceId: A, seenAt: 9 });
  assert.equal((await fx.registry.get(A))?.firstSeenAt, 9);
});

Deno.test("while the database is away sightings wait, and the end of the process writes what waits", async () => {
  const fx = open();
  fx.failure = new Error("away");
  fx.registry.note({ deviceId: A, seenAt: 1 });
  await fx.clock.advance(10_000);
  assert.match(fx.log.messages("warning").join(), /1 devices cannot be noted yet: away/);
  assert.equal((await fx.registry.get(A))?.lastSeenAt, 1);
  fx.failure = undefined;
  fx.registry.note({ deviceId: B, seenAt: 2 });
  await fx.registry[Symbol.asyncDispose]();
  assert.deepEqual(fx.written, [2]);
  assert.deepEqual([(await fx.table.get(A))?.lastSeenAt, (await fx.table.get(B))?.lastSeenAt], [1, 2]);
  assert.equal(fx.clock.armed, 0);
  await fx[Symbol.asyncDispose]();
});

Deno.test("a database that had sessions before it had a registry knows their devices", async () => {
  await using dir = tempDir();
  using db = new SqliteFile(dir.join("history.db"));
  const clock = new VirtualClock();
  const registryStep = migrations.findIndex((step) => step.sql.includes("CREATE TABLE devices"));
  migrate(db, clock, migrations.slice(0, registryStep));
  db.exec(
    `INSERT INTO sessions (session_id, device_id, client_id, started_at, ended_at) VALUES ('1', '${A}', 'c', 5, 9), ('2', '${A}', 'c', 20, NULL)`,
  );
  migrate(db, clock);
  const table = new DeviceTable({ db: queryBuilder(db) as unknown as Kysely<DevicesSchema>, dialect: "sqlite" });
  assert.deepEqual((await table.list()).items, [{ deviceId: A, clientId: "c", firstSeenAt: 5, lastSeenAt: 20, flags: {} }]);
});
