import assert from "node:assert/strict";
import { systemClock } from "../../base/clock.ts";
import { systemRandom } from "../../base/random.ts";
import { type Config, configSchema } from "../../services/config/schema.ts";
import { lockDataDir } from "../../services/data_dir_lock.ts";
import { DATABASE_STEPS } from "../../services/database/steps.ts";
import { migrations } from "../../services/history/migrations.ts";
import { openSqliteHistory } from "../../services/history/sqlite.ts";
import { migrateTool } from "../../tools/migrate.ts";
import { databaseConfig } from "../support/database.ts";
import { freePort } from "../support/free_port.ts";
import { mariadbOfFile } from "../support/mariadb.ts";
import { tempDir } from "../support/temp_dir.ts";
import { turn } from "../services/history/contract.ts";

const { ignore, server } = mariadbOfFile();
const NEWEST = DATABASE_STEPS.length;
const NONE = configSchema.shape.database.parse({});

async function run(config: Pick<Config, "dataDir" | "database">, ...args: string[]): Promise<{ code: number; text: string }> {
  let text = "";
  const clock = systemClock();
  const code = await migrateTool({
    args,
    clock,
    random: systemRandom(),
    write: (piece) => text += piece,
    config: () => Promise.resolve(config),
  });
  return { code, text };
}

Deno.test({
  name: "a database server is brought up, looked at and taken back, with an exit code that says how it is",
  ignore,
  fn: async () => {
    const database = databaseConfig(await server().createDatabase());
    const on = (...args: string[]) => run({ dataDir: "/nowhere", database }, ...args);
    const before = await on("status");
    assert.equal(before.code, 3);
    assert.match(before.text, new RegExp(`^Version 0 of ${NEWEST}: database test_\\d+ at 127[^]*sessions and turns +missing`));
    const dry = await on("up", "--dry-run");
    assert.match(dry.text, /CREATE TABLE `xz_turns` \([^]*;\n/);
    assert.equal((await on("status")).text, before.text);
    assert.deepEqual(await on("up").then(({ code, text }) => [code, text.split(":")[0]]), [0, `Version 0 is now ${NEWEST}`]);
    assert.match((await on("up")).text, new RegExp(`^Version ${NEWEST} already`));
    assert.deepEqual(await on("status").then(({ code }) => code), 0);
    assert.match((await on("down")).text, new RegExp(`^Version ${NEWEST} is now ${NEWEST - 1}`));
    assert.match((await on("down", "--to", "0")).text, /is now 0/);
    assert.match((await on("status")).text, /Copies that steps made: .*xz_backup_1_down_turns/);
    assert.match((await on("prune", "--dry-run")).text, /^Would drop .*xz_backup_1_down_turns/);
    assert.match((await on("prune")).text, /^Dropped .*xz_backup_1_down_turns/);
    assert.equal((await on("prune")).text, "There are no copies.\n");
    assert.deepEqual(await on("up", "--to", "1").then(({ text }) => /is now 1/.test(text)), true);
    assert.match((await on("up", "--to", "0")).text, /Cannot go up from version 1 to 0; use down/);
    assert.match((await on("down", "--to", "2")).text, /Cannot go down from version 1 to 2; use up/);
    assert.match((await on("up", "--to", "99")).text, /expected 0 to \d+/);
  },
});

Deno.test("without a server the file goes back with a copy beside it, and forth again", async () => {
  await using dir = await tempDir();
  const config = { dataDir: dir.path, database: NONE };
  assert.equal((await run(config, "status")).code, 3);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(dir.path)), []);
  {
    await using store = await openSqliteHistory({ dataDir: dir.path, clock: systemClock() });
    await store.commitTurn(turn(1));
  }
  {
    await using _server = await lockDataDir(dir.path);
    assert.match((await run(config, "down")).text, /^Cannot use data directory .*stop that one/);
    assert.equal((await run(config, "status")).code, 0);
  }
  assert.match((await run(config, "down", "--to", "1", "--dry-run")).text, /DROP TABLE device_memory/);
  const down = await run(config, "down", "--to", "1");
  assert.match(down.text, /^The file as it was is .*history\.db\.v\d+\.\d+\.\nVersion \d+ is now 1/);
  const [, copy = ""] = /is (.*)\.\n/.exec(down.text) ?? [];
  assert.ok((await Deno.stat(copy)).size > 0);
  assert.equal((await run(config, "status")).code, 3);
  assert.match((await run(config, "up")).text, new RegExp(`Version 1 is now ${migrations.length}`));
  await using store = await openSqliteHistory({ dataDir: dir.path, clock: systemClock() });
  assert.deepEqual((await store.listTurns()).map((t) => t.replyText), [turn(1).replyText]);
  assert.equal((await store.search({ text: "answer" })).items.length, 1);
});

Deno.test("a server that cannot be reached, and wrong use, end with a sentence and their exit code", async () => {
  const database = { ...NONE, host: "127.0.0.1", port: freePort(), password: "hunter2" };
  const down = await run({ dataDir: "/nowhere", database }, "status");
  assert.equal(down.code, 1);
  assert.match(down.text, /^Cannot connect: database server 127\.0\.0\.1:\d+ refuses connections\n$/);
  assert.ok(!down.text.includes("hunter2"));
  for (const args of [[], ["sideways"], ["up", "down"], ["up", "--to", "x"], ["up", "--nonsense"]]) {
    const { code, text } = await run({ dataDir: "/nowhere", database }, ...args);
    assert.equal(code, 2, args.join(" "));
    assert.match(text, /deno task migrate status/);
  }
  assert.equal((await run({ dataDir: "/nowhere", database }, "--help")).code, 0);
});
