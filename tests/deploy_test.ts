import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import { parse } from "yaml";
import { z } from "zod";
import { loadConfig } from "../services/config/mod.ts";
import { migrateDatabase } from "../services/database/migrations/migrate.ts";
import { DATABASE_STEPS } from "../services/database/steps.ts";
import { mysqlStockTables } from "../services/sync/stock/mysql_tables.ts";
import { testDatabase } from "./support/database.ts";
import { mariadbOfFile, type MariadbOptions } from "./support/mariadb.ts";

const service = z.strictObject({
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  image: z.string(),
  restart: z.literal("unless-stopped"),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal("service_healthy") })).default({}),
  command: z.array(z.string()).optional(),
  env_file: z.string().optional(),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  networks: z.union([z.array(z.string()), z.record(z.string(), z.strictObject({ aliases: z.array(z.string()) }))]),
  healthcheck: z.strictObject({
    test: z.array(z.string()),
    interval: z.string(),
    timeout: z.string(),
    retries: z.number(),
    start_period: z.string(),
  }).optional(),
  stop_grace_period: z.string().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  ulimits: z.strictObject({ nofile: z.number() }).optional(),
});

/** What of the Compose specification these files use; anything else is a slip of the pen. */
const composeFile = z.strictObject({
  name: z.string(),
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.strictObject({ internal: z.boolean(), external: z.boolean(), name: z.string() }).partial()),
  volumes: z.record(z.string(), z.strictObject({})),
});

const FILES = [["deploy/compose.yaml", "deploy/env.example"], ["deploy/compose.stock.yaml", "deploy/env.stock.example"]] as const;
const guide = await Deno.readTextFile("docs/stock-server.md");
const { ignore, server } = mariadbOfFile();

async function composed(path: string): Promise<z.output<typeof composeFile>> {
  return composeFile.parse(parse(await Deno.readTextFile(path)));
}

/** Puts values into `${NAME}`, `${NAME-default}`, `${NAME:-default}` and `${NAME:?reason}`, as Compose does. */
function interpolated(text: string, values: Readonly<Record<string, string | undefined>>): string {
  return text.replace(/\$\{(\w+)(?:(:?)([-?])([^}]*))?\}/g, (_, name: string, empty: string, kind: string, rest: string) => {
    const value = values[name];
    if (value !== undefined && !(empty === ":" && value === "")) return value;
    if (kind === "?") throw new Error(`${name}: ${rest}`);
    return kind === "-" ? rest : "";
  });
}

/** What the process in the container sees, once a password is set. */
async function environment([path, example]: readonly [string, string], change: Record<string, string> = {}) {
  const given = { ...parseEnv(await Deno.readTextFile(example)), XIAOZHI_DATABASE_PASSWORD: "secret", ...change };
  const { runtime } = (await composed(path)).services;
  const fixed = Object.entries(runtime!.environment).map(([name, text]) => [name, interpolated(text, given)] as const);
  return { ...given, ...Object.fromEntries(fixed) };
}

async function configured(files: readonly [string, string], change: Record<string, string> = {}) {
  return (await loadConfig({ env: await environment(files, change), readText: () => undefined })).config;
}

for (const files of FILES) {
  const [path, example] = files;

  Deno.test(`${path}: networks, volumes and services that are named are there`, async () => {
    const { services, networks, volumes } = await composed(path);
    for (const [name, each] of Object.entries(services)) {
      const joined = Array.isArray(each.networks) ? each.networks : Object.keys(each.networks);
      assert.ok(joined.length > 0 && joined.every((network) => network in networks), name);
      for (const needed of Object.keys(each.depends_on)) assert.ok(services[needed]?.healthcheck, `${name} waits for ${needed}`);
      for (const volume of each.volumes) assert.ok(volume.split(":")[0]! in volumes, volume);
    }
  });

  Deno.test(`${path}: what is built is the Dockerfile of this project, which brings its own health check and its data folder`, async () => {
    const { runtime } = (await composed(path)).services;
    assert.deepEqual(runtime?.build, { context: "..", dockerfile: "Dockerfile" });
    const dockerfile = await Deno.readTextFile("Dockerfile");
    assert.match(dockerfile, /^HEALTHCHECK /m);
    for (const volume of runtime!.volumes) assert.ok(dockerfile.includes(`VOLUME ${volume.split(":")[1]}`), volume);
    const port = runtime!.ports.map((text) => interpolated(text, {}).split(":")[1]);
    assert.deepEqual(port, [/^EXPOSE (\d+)$/m.exec(dockerfile)?.[1]]);
  });

  Deno.test(`${path}: every setting is a key of the configuration with a value that it takes`, async () => {
    const config = await configured(files);
    assert.equal(config.database.password, "secret");
    assert.notEqual(config.database.host, "");
    assert.notEqual(config.redis.host, "");
  });

  Deno.test(`${path}: no password stands in it, and the file that holds them is left out of git and of the image`, async () => {
    const { services } = await composed(path);
    for (const { environment } of Object.values(services)) {
      for (const [name, text] of Object.entries(environment)) {
        if (/PASSWORD$|SECRET$/.test(name) && !/RANDOM/.test(name)) assert.match(text, /^\$\{\w+:\?.+\}$/, name);
      }
    }
    assert.match(await Deno.readTextFile(example), /^XIAOZHI_DATABASE_PASSWORD=$/m);
    assert.match(await Deno.readTextFile(".gitignore"), /^\.env$/m);
    assert.match(await Deno.readTextFile(".dockerignore"), /^deploy\/\.env$/m);
    assert.equal(services["runtime"]?.env_file, ".env");
  });

  Deno.test(`${path}: no more time passes between the signal and the kill than running turns may take`, async () => {
    const { stop_grace_period } = (await composed(path)).services["runtime"]!;
    assert.ok(parseInt(stop_grace_period!) * 1000 > (await configured(files)).server.shutdownMs);
  });
}

Deno.test("the stores of compose.yaml are reached by the runtime alone, and it waits until they are well", async () => {
  const { services, networks } = await composed(FILES[0][0]);
  const { runtime, ...stores } = services;
  assert.deepEqual(Object.keys(stores).sort(), Object.keys(runtime!.depends_on).sort());
  for (const [name, store] of Object.entries(stores)) {
    assert.deepEqual([store.ports, store.networks], [[], ["stores"]], name);
    assert.match(store.image, /^[a-z]+:\d+\.\d+$/);
    // A program of the image, run as a list: no shell is needed.
    assert.match(store.healthcheck!.test.join(" "), name === "redis" ? /^CMD redis-cli ping$/ : /^CMD healthcheck\.sh --connect/);
  }
  assert.equal(networks["stores"]?.internal, true);
  assert.notEqual(networks["outside"]?.internal, true);
});

Deno.test("the runtime and the database of compose.yaml agree on user, database and password", async () => {
  const { mariadb } = (await composed(FILES[0][0])).services;
  const { database } = await configured(FILES[0]);
  const { MARIADB_DATABASE, MARIADB_USER, MARIADB_PASSWORD } = mariadb!.environment;
  const password = interpolated(MARIADB_PASSWORD!, { XIAOZHI_DATABASE_PASSWORD: "secret" });
  assert.deepEqual([MARIADB_DATABASE, MARIADB_USER, password], [database.name, database.user, database.password]);
  assert.throws(() => interpolated(MARIADB_PASSWORD!, { XIAOZHI_DATABASE_PASSWORD: "" }), /copy env\.example to \.env/);
});

Deno.test("compose.stock.yaml joins the network of a stock deployment, which may be called differently, and starts nothing else", async () => {
  const { services, networks } = await composed(FILES[1][0]);
  assert.deepEqual([Object.keys(services), Object.keys(networks)], [["runtime"], ["stock"]]);
  assert.equal(networks["stock"]?.external, true);
  assert.equal(interpolated(networks["stock"].name!, {}), "xiaozhi-server_default");
  assert.equal(interpolated(networks["stock"].name!, { STOCK_NETWORK: "other_default" }), "other_default");
  assert.ok(!["8000", "8001", "8002", "8003"].includes(interpolated(services["runtime"]!.ports[0]!, {}).split(":")[0]!));
});

Deno.test("compose.stock.yaml uses the database and the Redis of a stock deployment below names of its own", async () => {
  const { database, redis, sync } = await configured(FILES[1]);
  assert.deepEqual([database.host, database.name, database.tablePrefix], ["xiaozhi-esp32-server-db", "xiaozhi_esp32_server", "xz_"]);
  assert.deepEqual([redis.host, redis.prefix], ["xiaozhi-esp32-server-redis", "xz:"]);
  assert.equal(sync.stock.database, "xiaozhi_esp32_server");
  const own = await configured(FILES[1], { XIAOZHI_DATABASE_NAME: "xiaozhi_runtime", XIAOZHI_REDIS_HOST: "" });
  assert.deepEqual([own.database.name, own.sync.stock.database, own.redis.host], ["xiaozhi_runtime", "xiaozhi_esp32_server", ""]);
});

Deno.test("compose.stock.yaml begins with reading alone, and each stage is one flag that the guide names", async () => {
  const stages = { SYNC_STOCK: true, CACHE: false, SYNC_PUSH: false, DELIVERY: false };
  const shown = ({ features }: Awaited<ReturnType<typeof configured>>) =>
    [features.syncStock, features.cache, features.syncPush, features.delivery] as const;
  assert.deepEqual(shown(await configured(FILES[1])), Object.values(stages));
  for (const [at, [name, value]] of Object.entries(stages).entries()) {
    const change = { [`XIAOZHI_FEATURES_${name}`]: String(!value) };
    assert.deepEqual(shown(await configured(FILES[1], change)), Object.values(stages).map((each, index) => index === at ? !each : each));
    assert.ok(guide.includes(`XIAOZHI_FEATURES_${name}`), name);
  }
});

/** The statements of the guide for a database of the tests. */
function statements(options: MariadbOptions, user: string): string[] {
  const blocks = [...guide.matchAll(/```sql\n([^]*?)```/g)].map(([, block = ""]) => block);
  return blocks.map((block) =>
    block.replaceAll("xiaozhi_esp32_server", options.database).replaceAll("xiaozhi_runtime", `${options.database}_own`)
      .replaceAll("'xiaozhi'", `'${user}'`).replaceAll("'change me'", `'${options.password}'`)
  );
}

for (const separate of [false, true]) {
  Deno.test({
    name: separate
      ? "with a database of its own the rights of the guide are enough, and none to write to a stock table"
      : "in the stock database the rights of the guide are enough, and none to write to a stock table",
    ignore,
    fn: async () => {
      const options = await server().createDatabase();
      await server().run(await Deno.readTextFile("tests/services/database/stock_tables.sql"), options.database);
      const user = separate ? "guest_own" : "guest";
      const [shared = "", own = "", down = ""] = statements(options, user);
      await server().run(separate ? shared.replace(/^.*xz_.*\n/gm, "") + own : shared);
      const name = separate ? `${options.database}_own` : options.database;
      await using database = await testDatabase({ ...options, user, database: name });
      await migrateDatabase(database, { steps: DATABASE_STEPS });
      for (const { table_name } of await server().run("SHOW TABLES LIKE 'xz\\_%'", name).then(named)) {
        assert.ok(guide.includes(`.${table_name} TO`), `The guide grants nothing on ${table_name}`);
      }
      const query = (sql: string, values: readonly (string | number)[] = []) => database.use((session) => session.rows(sql, values));
      const tables = mysqlStockTables({ query, database: options.database, timezone: "Asia/Shanghai" });
      assert.equal(await tables.newestId(), 2);
      assert.equal((await tables.after(0, 10)).length, 2);
      assert.equal((await tables.titles(["s"])).size, 0);
      assert.equal(await tables.audio("a", 10), undefined);
      for (const { table_name } of await server().run("SHOW TABLES", options.database).then(named)) {
        if (table_name.startsWith("xz_")) continue;
        for (const start of ["DELETE FROM", "DROP TABLE"]) {
          await assert.rejects(query(`${start} \`${options.database}\`.\`${table_name}\``), { message: /denies the user a right/ });
        }
      }
      await assert.rejects(query(`SELECT * FROM \`${options.database}\`.sys_params`), { message: /denies the user a right/ });
      if (!separate) await server().run(down);
      await migrateDatabase(database, { steps: DATABASE_STEPS, target: 0 });
    },
  });
}

function named(rows: readonly Record<string, unknown>[]): { readonly table_name: string }[] {
  return rows.map((row) => ({ table_name: String(Object.values(row)[0]) }));
}
