import assert from "node:assert/strict";
import { type DatabaseStep, migrateDatabase } from "../../../services/database/migrations/migrate.ts";
import { column, index, table, values, withoutColumn } from "../../../services/database/migrations/change.ts";
import { dropBackups, schemaStatus } from "../../../services/database/migrations/status.ts";
import type { Database } from "../../../services/database/database.ts";
import { DATABASE_STEPS } from "../../../services/database/steps.ts";
import { testDatabase } from "../../support/database.ts";
import { mariadbOfFile, type MariadbOptions } from "../../support/mariadb.ts";

const mariadb = mariadbOfFile();
const { ignore } = mariadb;

/** Notes, then a mood for each, then no colour any more, and all words in lower case. */
const STEPS: readonly DatabaseStep[] = [
  { version: 1, name: "notes", changes: [table("notes", "id INT PRIMARY KEY, words VARCHAR(40) NOT NULL, colour VARCHAR(40)")] },
  {
    version: 2,
    name: "mood",
    changes: [column("notes", "mood", "VARCHAR(40) NOT NULL DEFAULT 'none'", "id"), index("notes", "notes_by_mood", "mood, id")],
  },
  {
    version: 3,
    name: "no colour, lower case",
    changes: [withoutColumn("notes", "colour", "VARCHAR(40)", "id"), values("notes", "SET words = LOWER(words)", ["words"], "id")],
  },
];

async function fresh(): Promise<{ options: MariadbOptions; database: Database } & AsyncDisposable> {
  const options = await mariadb.server().createDatabase();
  const database = await testDatabase(options);
  return { options, database, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
}

const to = (database: Database, target: number, steps = STEPS) => migrateDatabase(database, { steps, target });

/** Everything in the tables of a database but the journal's times. */
async function dump(options: MariadbOptions, filter: (table: string) => boolean = () => true): Promise<Record<string, unknown>> {
  const server = mariadb.server();
  const tables = (await server.run("SHOW TABLES", options.database)).map((row) => String(Object.values(row)[0])).filter(filter);
  const all: Record<string, unknown> = {};
  for (const name of tables) {
    const [made] = await server.run(`SHOW CREATE TABLE \`${name}\``, options.database);
    const rows = await server.run(`SELECT * FROM \`${name}\``, options.database);
    all[name] = { made: String(made?.["Create Table"]), rows: rows.map((row) => ({ ...row, applied_at: undefined })) };
  }
  return all;
}

Deno.test({
  name: "steps go up to any version and down again, each once, and say which statements that took",
  ignore,
  fn: async () => {
    await using at = await fresh();
    assert.deepEqual((await to(at.database, 1)).sql.map((sql) => sql.split("\n")[0]), [
      "CREATE TABLE IF NOT EXISTS `xz_schema_migrations` (",
      "CREATE TABLE `xz_notes` (",
    ]);
    assert.deepEqual(await to(at.database, 1), { from: 1, to: 1, sql: [] });
    assert.deepEqual((await to(at.database, 2)).sql, [
      "ALTER TABLE `xz_notes` ADD COLUMN `mood` VARCHAR(40) NOT NULL DEFAULT 'none'",
      "ALTER TABLE `xz_notes` ADD INDEX `notes_by_mood` (mood, id)",
    ]);
    await to(at.database, 1);
    const before = await dump(at.options, (name) => name === "xz_notes");
    await to(at.database, 2);
    await to(at.database, 1);
    assert.deepEqual(await dump(at.options, (name) => name === "xz_notes"), before);
    await assert.rejects(to(at.database, 4), { code: "migration_unknown", message: /expected 0 to 3$/ });
    await assert.rejects(to(at.database, -1), { code: "migration_unknown" });
  },
});

Deno.test({
  name: "what a step changes or takes away is copied first and brought back by the way down, but not to rows that are gone since",
  ignore,
  fn: async () => {
    await using at = await fresh();
    const server = mariadb.server();
    await to(at.database, 2);
    await server.run("INSERT INTO xz_notes VALUES (1, 'One', 'red', 'good'), (2, 'Two', 'blue', 'bad')", at.options.database);
    await to(at.database, 3);
    assert.deepEqual((await schemaStatus(at.database, STEPS)).backups, ["xz_backup_3_notes"]);
    await server.run("DELETE FROM xz_notes WHERE id = 2; INSERT INTO xz_notes VALUES (3, 'Three', 'new')", at.options.database);
    await to(at.database, 1);
    const rows = async () => (await server.run("SELECT * FROM xz_notes ORDER BY id", at.options.database)).map((row) => ({ ...row }));
    assert.deepEqual(await rows(), [{ id: 1, words: "One", colour: "red" }, { id: 3, words: "Three", colour: null }]);
    assert.deepEqual((await schemaStatus(at.database, STEPS)).backups, ["xz_backup_2_down_notes"]);
    await to(at.database, 2);
    assert.deepEqual((await rows()).map((row) => (row as { mood?: unknown }).mood), ["good", "new"]);
    await to(at.database, 0);
    assert.deepEqual((await schemaStatus(at.database, STEPS)).backups, ["xz_backup_1_down_notes", "xz_backup_2_down_notes"]);
    await to(at.database, 2);
    assert.deepEqual((await rows()).map((row) => Object.values(row)), [[1, "One", "red", "good"], [3, "Three", null, "new"]]);
    assert.deepEqual((await schemaStatus(at.database, STEPS)).backups, []);
  },
});

Deno.test({
  name: "copies can be dropped, and nothing else goes with them",
  ignore,
  fn: async () => {
    await using at = await fresh();
    await mariadb.server().run("CREATE TABLE backup_1_turns (id INT)", at.options.database);
    await to(at.database, 3);
    assert.deepEqual(await dropBackups(at.database), ["xz_backup_3_notes"]);
    assert.deepEqual(Object.keys(await dump(at.options)).sort(), ["backup_1_turns", "xz_notes", "xz_schema_migrations"]);
  },
});

Deno.test({
  name: "nodes that start at once run each step once",
  ignore,
  fn: async () => {
    await using at = await fresh();
    const nodes = await Promise.all([1, 2, 3, 4].map(() => testDatabase(at.options)));
    const done = await Promise.all(nodes.map((node) => migrateDatabase(node, { steps: DATABASE_STEPS })));
    const created = done.flatMap(({ sql }) => sql).filter((sql) => sql.startsWith("CREATE TABLE `xz_turns`"));
    assert.equal(created.length, 1);
    assert.equal(done.filter(({ sql }) => sql.length === 0).length, 3);
    for (const node of nodes) await node[Symbol.asyncDispose]();
  },
});

Deno.test({
  name: "a step that is cut off after any of its statements, up or down, is brought to the same end by the next run",
  ignore,
  fn: async () => {
    const server = mariadb.server();
    /** Runs to `target` again and again over a connection that dies after one more statement each time. */
    const interrupted = async (options: MariadbOptions, target: number): Promise<number> => {
      for (let limit = 1;; limit++) {
        let left = limit;
        await using database = await testDatabase(options, {
          onQuery: ({ operation }) => {
            if (["create", "alter", "insert", "rename", "update", "drop", "delete"].includes(operation) && --left === 0) {
              throw new Error("The process ends here");
            }
          },
        });
        if (await to(database, target).then(() => true, () => false)) return limit;
      }
    };
    const smooth = await fresh();
    const rough = await fresh();
    try {
      const seed = "INSERT INTO xz_notes VALUES (1, 'One', 'red'), (2, 'Two', NULL)";
      let cuts = 0;
      for (const target of [1, 3, 0, 3, 1, 2]) {
        await to(smooth.database, target);
        cuts += await interrupted(rough.options, target);
        if (cuts < 10) { for (const { options } of [smooth, rough]) await server.run(seed, options.database); }
        assert.deepEqual(await dump(rough.options), await dump(smooth.options), `at version ${target}`);
      }
      assert.ok(cuts > 20, `${cuts} cuts`);
    } finally {
      await smooth[Symbol.asyncDispose]();
      await rough[Symbol.asyncDispose]();
    }
  },
});

Deno.test({
  name: "a node whose connection the server kills in the middle of a step leaves the lock to the next one, which ends the step",
  ignore,
  fn: async () => {
    await using at = await fresh();
    const server = mariadb.server();
    await to(at.database, 2);
    await server.run("INSERT INTO xz_notes SELECT seq, 'Words', 'red', 'good' FROM seq_1_to_1000", at.options.database);
    const slow: DatabaseStep[] = [...STEPS.slice(0, 2), {
      version: 3,
      name: "slow",
      changes: [
        withoutColumn("notes", "colour", "VARCHAR(40)", "id"),
        values("notes", "SET words = IF(SLEEP(1), words, 'x')", ["words"], "id"),
      ],
    }];
    const cut = assert.rejects(migrateDatabase(at.database, { steps: slow }), { code: "history_unreachable" });
    const sleeping = "SELECT id FROM information_schema.processlist WHERE info LIKE 'UPDATE%SLEEP%' AND id <> CONNECTION_ID()";
    let victim: unknown;
    while (victim === undefined) victim = (await server.run(sleeping))[0]?.id;
    await server.run(`KILL CONNECTION ${victim}`);
    await cut;
    assert.equal((await schemaStatus(at.database, STEPS)).applied.at(-1)?.state, "up:change");
    await to(at.database, 3);
    assert.equal((await schemaStatus(at.database, STEPS)).applied.at(-1)?.state, "done");
    const rows = await server.run("SELECT DISTINCT words FROM xz_notes", at.options.database);
    assert.deepEqual(rows.map((row) => row.words), ["words"]);
  },
});

Deno.test({
  name: "a database of a later version is refused and left as it is",
  ignore,
  fn: async () => {
    await using at = await fresh();
    await to(at.database, 3);
    const before = await dump(at.options);
    const newer = { code: "history_newer", message: /schema version 3: this program knows versions up to 2; use the later program/ };
    await assert.rejects(to(at.database, 2, STEPS.slice(0, 2)), newer);
    await assert.rejects(schemaStatus(at.database, STEPS.slice(0, 2)), newer);
    assert.deepEqual(await dump(at.options), before);
  },
});

Deno.test({
  name: "a dry run says the statements, changes nothing and waits for nobody",
  ignore,
  fn: async () => {
    await using at = await fresh();
    const dry = await migrateDatabase(at.database, { steps: DATABASE_STEPS, dryRun: true });
    assert.deepEqual(await dump(at.options), {});
    assert.deepEqual((await migrateDatabase(at.database, { steps: DATABASE_STEPS })).sql, dry.sql);
  },
});

Deno.test({
  name: "the tables of a stock server, and others that look like own ones without the prefix, are not touched by up and down",
  ignore,
  fn: async () => {
    await using at = await fresh();
    await mariadb.server().run(await Deno.readTextFile(new URL("./stock_tables.sql", import.meta.url)), at.options.database);
    const before = await dump(at.options);
    const foreign = () => dump(at.options, (name) => !name.startsWith("xz_"));
    await migrateDatabase(at.database, { steps: DATABASE_STEPS });
    assert.deepEqual(await foreign(), before);
    await migrateDatabase(at.database, { steps: DATABASE_STEPS, target: 0 });
    await dropBackups(at.database);
    assert.deepEqual(await foreign(), before);
    assert.deepEqual(Object.keys(await dump(at.options, (name) => name.startsWith("xz_"))), ["xz_schema_migrations"]);
  },
});

Deno.test({
  name: "two installations share a database under different prefixes",
  ignore,
  fn: async () => {
    await using at = await fresh();
    await using other = await testDatabase(at.options, { config: { tablePrefix: "lab_" } });
    await Promise.all([migrateDatabase(at.database, { steps: DATABASE_STEPS }), migrateDatabase(other, { steps: DATABASE_STEPS })]);
    const before = await dump(at.options, (name) => name.startsWith("xz_"));
    await migrateDatabase(other, { steps: DATABASE_STEPS, target: 0 });
    assert.deepEqual(await dump(at.options, (name) => name.startsWith("xz_")), before);
  },
});

Deno.test({
  name: "the least rights that the manual names are enough for all steps up and down",
  ignore,
  fn: async () => {
    await using at = await fresh();
    const server = mariadb.server();
    const manual = await Deno.readTextFile(new URL("../../../README.md", import.meta.url));
    const [block = ""] = /CREATE USER 'xiaozhi'[^]*?(?=```)/.exec(manual) ?? [];
    assert.match(block, /GRANT/);
    await server.run(block.replaceAll("xiaozhi_esp32_server", at.options.database).replaceAll("'change me'", `'${at.options.password}'`));
    try {
      await using database = await testDatabase({ ...at.options, user: "xiaozhi" });
      await migrateDatabase(database, { steps: DATABASE_STEPS });
      await to(database, 0, DATABASE_STEPS);
      await dropBackups(database);
    } finally {
      await server.run("DROP USER 'xiaozhi'@'%'");
    }
  },
});

Deno.test("steps rise by one from 1", () => {
  assert.deepEqual(DATABASE_STEPS.map((step) => step.version), DATABASE_STEPS.map((_, index) => index + 1));
});
