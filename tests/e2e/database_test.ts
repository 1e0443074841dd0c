import assert from "node:assert/strict";
import type { DeliveryStatus } from "../../actors/delivery/status.ts";
import { freePort } from "../support/free_port.ts";
import { type Mariadb, type MariadbOptions, startMariadb } from "../support/mariadb.ts";
import { needs } from "../support/programs.ts";
import { noRedis, startRedis } from "../support/redis.ts";
import { deviceOf, eventually, identityOf, PATIENCE_MS, statusOf, untilAnswered, untilStatus } from "../support/server_device.ts";
import { newDataDir, type ServerProcess, startServer } from "../support/server_process.ts";

const ignore = needs("mariadbd").ignore || noRedis;

/** After an outage of seconds the delivery may pause for as long as that, and the machine has other work. */
const AFTER_OUTAGE_MS = 90_000;

const { deviceId } = identityOf(1);

function environment(database: MariadbOptions, redisUrl: string): Record<string, string> {
  return {
    XIAOZHI_ESP32_SERVER_SYNTHESIZE_PROGRAM: "tone",
    XIAOZHI_DATABASE_HOST: database.host,
    XIAOZHI_DATABASE_PORT: String(database.port),
    XIAOZHI_DATABASE_USER: database.user,
    XIAOZHI_DATABASE_PASSWORD: database.password,
    XIAOZHI_DATABASE_NAME: database.database,
    XIAOZHI_DATABASE_CONNECT_TIMEOUT_MS: "3000",
    XIAOZHI_REDIS_URL: redisUrl,
  };
}

/** What `/api/status` says of the parts. */
interface Parts {
  readonly database: { readonly state: string };
  readonly redis: { readonly state: string };
  readonly delivery: DeliveryStatus;
}

async function partsOf(server: ServerProcess): Promise<Parts> {
  return await statusOf(server) as unknown as Parts;
}

/** Has a device of its own connection ask questions, each answered before the next. */
async function ask(server: ServerProcess, ...questions: readonly string[]): Promise<void> {
  using device = await deviceOf(server);
  let answered = 0;
  for (const question of questions) {
    await device.typeText(question);
    await untilAnswered(device, ++answered);
  }
  await untilStatus(server, ({ devices }) => devices[0]?.turns === questions.length, "the commit of the last turn");
}

async function asked(server: Mariadb, { database }: MariadbOptions): Promise<string[]> {
  const rows = await server.run("SELECT user_text FROM xz_turns ORDER BY started_at, turn_id", database);
  return rows.map((row) => String(row.user_text));
}

async function untilDelivered(server: ServerProcess): Promise<void> {
  const deadline = performance.now() + AFTER_OUTAGE_MS;
  for (;;) {
    const { delivery } = await partsOf(server);
    if (delivery.depth + delivery.sessions === 0 && delivery.delivered > 0) return;
    assert.ok(performance.now() < deadline, `still waiting: ${JSON.stringify(delivery)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Texts that the API lists, oldest first. */
async function listed(server: ServerProcess): Promise<string[]> {
  const response = await fetch(`${server.url}/api/turns?order=oldest`);
  assert.equal(response.status, 200, await response.clone().text());
  const { items } = await response.json() as { readonly items: readonly { readonly userText: string }[] };
  return items.map(({ userText }) => userText);
}

async function stopCleanly(server: ServerProcess): Promise<void> {
  const { code } = await server.stop("SIGTERM");
  assert.equal(code, 0, server.output());
  assert.match(server.output(), /and the turns of 0 lost/);
}

Deno.test({
  ignore,
  name:
    "turns reach MySQL within moments; while it is down devices talk on, and then every turn is there once; the API lists and erases them",
  async fn() {
    await using mariadb = await startMariadb();
    await using redis = await startRedis();
    const database = await mariadb.createDatabase();
    await using server = await startServer({ env: environment(database, redis.url) });
    await ask(server, "one", "two");
    await untilDelivered(server);
    assert.deepEqual(await asked(mariadb, database), ["one", "two"]);
    assert.deepEqual(await listed(server), ["one", "two"]);
    const { database: { state }, redis: { state: cacheState } } = await partsOf(server);
    assert.deepEqual([state, cacheState], ["up", "up"]);

    await mariadb.kill();
    await ask(server, "three", "four");
    const { delivery } = await partsOf(server);
    assert.ok(delivery.depth >= 2, JSON.stringify(delivery));
    const away = await fetch(`${server.url}/api/turns`);
    const problem = await away.json() as { readonly code: string };
    assert.deepEqual([away.status, problem.code], [503, "history_unreachable"]);
    await mariadb.restart();
    await untilDelivered(server);
    assert.deepEqual(await asked(mariadb, database), ["one", "two", "three", "four"]);

    const sessions = await (await fetch(`${server.url}/api/sessions?deviceId=${deviceId}`)).json() as {
      readonly items: readonly { readonly sessionId: string; readonly turns: number }[];
    };
    assert.deepEqual(sessions.items.map(({ turns }) => turns), [2, 2]);
    const gone = await fetch(`${server.url}/api/sessions/${sessions.items[1]!.sessionId}`, { method: "DELETE" });
    assert.equal(gone.status, 200, await gone.text());
    assert.deepEqual(await asked(mariadb, database), ["three", "four"]);
    assert.deepEqual(
      server.history().turns.map(({ userText }) => userText),
      ["three", "four"],
      "the copy in the data directory is gone, too",
    );
    assert.deepEqual(await listed(server), ["three", "four"]);
    await stopCleanly(server);
  },
});

Deno.test({
  ignore,
  name: "a server that starts while MySQL and Redis are down talks at once, keeps every turn, and delivers all of them when they come",
  async fn() {
    await using mariadb = await startMariadb();
    await using redis = await startRedis();
    const database = await mariadb.createDatabase();
    await mariadb.kill();
    await redis.kill();
    await using server = await startServer({ env: environment(database, redis.url) });
    await ask(server, "one", "two");
    const { database: { state }, redis: { state: cacheState }, delivery } = await partsOf(server);
    assert.deepEqual([state, cacheState, delivery.depth], ["opening", "down", 2]);
    await mariadb.restart();
    await redis.restart();
    await untilDelivered(server);
    assert.deepEqual(await asked(mariadb, database), ["one", "two"]);
    assert.deepEqual(await listed(server), ["one", "two"]);
    await eventually("the states of both", async () => {
      const value = await partsOf(server);
      return { ok: value.database.state === "up" && value.redis.state === "up", value };
    });
    await stopCleanly(server);
  },
});

Deno.test({
  ignore: needs("mariadbd").ignore,
  name: "a server that is stopped while MySQL is away ends in good order, and the next start delivers what waited",
  async fn() {
    await using mariadb = await startMariadb();
    const database = await mariadb.createDatabase();
    // Nothing listens there.
    const nowhere = `redis://127.0.0.1:${freePort()}`;
    const env = environment(database, nowhere);
    await mariadb.kill();
    const dataDir = await newDataDir();
    try {
      {
        await using server = await startServer({ env, dataDir });
        await ask(server, "one", "two");
        await stopCleanly(server);
      }
      await mariadb.restart();
      await using server = await startServer({ env, dataDir });
      await untilDelivered(server);
      assert.deepEqual(await asked(mariadb, database), ["one", "two"]);
      using device = await deviceOf(server);
      await device.typeText("three");
      await device.waitFor((it) => it.state === "speaking", { timeoutMs: PATIENCE_MS });
      await stopCleanly(server);
      assert.deepEqual(await asked(mariadb, database), ["one", "two", "three"], "what is said last is delivered before the end");
    } finally {
      await Deno.remove(dataDir, { recursive: true });
    }
  },
});

Deno.test({
  ignore: needs("mariadbd").ignore,
  name: "names and retentions that were given before a database server was named hold on it, and those given there stay",
  async fn() {
    await using mariadb = await startMariadb();
    const database = await mariadb.createDatabase();
    const remote = environment(database, `redis://127.0.0.1:${freePort()}`);
    const local = { XIAOZHI_ESP32_SERVER_SYNTHESIZE_PROGRAM: "tone" };
    const dataDir = await newDataDir();
    const change = async (server: ServerProcess, method: string, path: string, body: unknown) => {
      const init = { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
      const response = await fetch(`${server.url}/api/devices/${deviceId}${path}`, init);
      assert.ok(response.ok, await response.text());
    };
    const known = (server: ServerProcess, name: string, retentionDays: number) =>
      eventually("what was said of the device", async () => {
        const value = await (await fetch(`${server.url}/api/devices/${deviceId}`)).json() as {
          readonly name?: string;
          readonly retention?: { readonly days: number; readonly source: string };
        };
        const { days, source } = value.retention ?? {};
        return { ok: value.name === name && days === retentionDays && source === "device", value };
      });
    try {
      {
        await using server = await startServer({ env: local, dataDir });
        await ask(server, "one");
        await change(server, "PATCH", "", { name: "Kitchen" });
        await change(server, "PUT", "/retention", { days: 0 });
      }
      {
        await using server = await startServer({ env: remote, dataDir });
        await known(server, "Kitchen", 0);
        await change(server, "PATCH", "", { name: "Hall" });
      }
      await using server = await startServer({ env: remote, dataDir });
      await known(server, "Hall", 0);
    } finally {
      await Deno.remove(dataDir, { recursive: true });
    }
  },
});
