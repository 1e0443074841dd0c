import assert from "node:assert/strict";
import { systemClock } from "../../../base/clock.ts";
import { HistoryError } from "../../../services/history/errors.ts";
import type { QueryObservation } from "../../../services/database/session.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { testDatabase } from "../../support/database.ts";
import { freePort } from "../../support/free_port.ts";
import { mariadbOfFile, startMariadb } from "../../support/mariadb.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const mariadb = mariadbOfFile();
const { ignore } = mariadb;

/** Lets time pass until `promise` has settled; it must not take longer than `ms`. */
async function passing(clock: VirtualClock, ms: number, promise: Promise<void>): Promise<void> {
  let settled = false;
  const watched = promise.finally(() => settled = true);
  watched.catch(() => {});
  const end = clock.now() + ms;
  while (!settled && clock.now() < end) await clock.advance(100);
  await watched;
}

Deno.test({
  name: "text, numbers beyond 2^53 and null come back as they were bound, whatever the SQL mode of the server",
  ignore,
  fn: async () => {
    const { options } = mariadb.server();
    await mariadb.server().run("SET GLOBAL sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES', GLOBAL time_zone = '+08:00'");
    try {
      await using database = await testDatabase(options);
      const words = "你好 😀 \\' OR 1=1; -- \" \n \\";
      const [row] = await database.use((session) =>
        session.rows("SELECT ? AS text, CAST(? AS SIGNED) AS n, ? AS nothing, @@session.time_zone AS zone", [
          words,
          9007199254740993n,
          null,
        ])
      );
      assert.deepEqual({ ...row }, { text: words, n: "9007199254740993", nothing: null, zone: "+00:00" });
    } finally {
      await mariadb.server().run("SET GLOBAL sql_mode = DEFAULT, GLOBAL time_zone = DEFAULT");
    }
  },
});

Deno.test({
  name: "a value that is no plain value is refused, because mysql2 would make SQL of it",
  ignore,
  fn: async () => {
    await using database = await testDatabase(mariadb.server().options);
    for (const odd of [{ a: 1 }, ["x"], undefined, new Date(0)]) {
      await assert.rejects(database.use((session) => session.query("SELECT ?", [odd])), {
        code: "history_failed",
        message: /expected text/,
      });
    }
  },
});

Deno.test({
  name: "an error shows neither the password nor the values of the statement, its cause included",
  ignore,
  fn: async () => {
    const { options } = mariadb.server();
    await using database = await testDatabase(options);
    const shown = (error: unknown) => Deno.inspect(error, { depth: 10 }) + String((error as Error).stack);
    const failed = async (sql: string, values: string[]) => {
      try {
        await database.use((session) => session.rows(sql, values));
      } catch (error) {
        return error;
      }
      return assert.fail("The statement succeeded");
    };
    await mariadb.server().run("CREATE TABLE IF NOT EXISTS keyed (k VARCHAR(40) PRIMARY KEY, n INT)", options.database);
    await database.use((session) => session.run("INSERT INTO keyed VALUES (?, 1)", ["what Ada said"]));
    for (
      const sql of ["INSERT INTO keyed VALUES (?, 1)", "SELECT ? FRUM nonsense", "UPDATE keyed SET n = ?", "SELECT * FROM ` ` WHERE a = ?"]
    ) {
      const error = await failed(sql, ["what Ada said"]);
      assert.equal((error as HistoryError).code, "history_failed");
      assert.ok(!shown(error).includes("Ada"), shown(error));
    }
    await using stranger = await testDatabase(options, { config: { password: "hunter2 is wrong" } });
    await assert.rejects(stranger.ping(), (error: HistoryError) => {
      assert.match(error.message, /^Cannot connect: database server 127\.0\.0\.1:\d+ refuses the user or the password; see database\.user/);
      assert.equal(error.retryable, true);
      assert.ok(!shown(error).includes("hunter2"));
      return true;
    });
    await using nowhere = await testDatabase(options, { config: { name: "nowhere" } });
    await assert.rejects(nowhere.ping(), { message: /has no such database; create it, or see database\.name$/ });
  },
});

Deno.test({
  name: "each statement is told to the observer with its kind, its time and its failure, and never its text",
  ignore,
  fn: async () => {
    const seen: QueryObservation[] = [];
    await using database = await testDatabase(mariadb.server().options, { onQuery: (query) => void seen.push(query) });
    await database.use((session) => session.rows("SELECT 1"));
    await assert.rejects(database.use((session) => session.rows("/* x */ UPDATE nowhere SET a = 1")));
    const [failed, select] = [seen.at(-1), seen.at(-2)];
    assert.equal(select?.operation, "select");
    assert.ok((select?.ms ?? -1) >= 0);
    assert.deepEqual([Object.keys(failed ?? {}).sort(), failed?.error], [["error", "ms", "operation"], "history_failed"]);
  },
});

Deno.test({
  name: "a frozen server costs a statement its time-out, and is used again once it goes on",
  ignore,
  fn: async () => {
    await using server = await startMariadb();
    const clock = new VirtualClock();
    await using database = await testDatabase(server.options, { clock });
    await database.ping();
    await server.pause();
    const unreachable = { code: "history_unreachable", retryable: true };
    // The first meets a connection that is there, the second needs a new one.
    const first = assert.rejects(database.ping(), { ...unreachable, message: /Cannot run SELECT: .*does not answer within 30000 ms/ });
    await passing(clock, 30_000, first);
    await passing(clock, 60_000, assert.rejects(database.ping(), { ...unreachable, message: /gives none in 60000 ms/ }));
    assert.equal(database.isLost, true);
    await assert.rejects(database.use((session) => session.rows("SELECT 1")), { ...unreachable, message: /is down and is tried again in/ });
    server.resume();
    await database.ping();
    assert.equal(database.isLost, false);
    await database.use((session) => session.rows("SELECT 1"));
    assert.equal(clock.armed, 0);
  },
});

Deno.test({
  name: "a probe ends when its signal says so, and takes nothing along",
  ignore,
  fn: async () => {
    await using server = await startMariadb();
    await using database = await testDatabase(server.options);
    await database.ping();
    await server.pause();
    const stop = new AbortController();
    const probe = assert.rejects(database.ping(stop.signal), { code: "history_unreachable", message: /broken off/ });
    stop.abort();
    await probe;
    assert.equal(database.busy, 0);
    server.resume();
    await database.ping();
  },
});

Deno.test({
  name: "disposal ends in time although the server is frozen in the middle of a statement, and later calls are refused",
  ignore,
  fn: async () => {
    await using server = await startMariadb();
    const clock = new VirtualClock();
    const database = await testDatabase(server.options, { clock });
    await database.ping();
    const dedicated = await database.dedicated();
    const running = database.use((session) => session.rows("SELECT SLEEP(20)"));
    const refused = assert.rejects(running, { code: "history_closed" });
    const refusedToo = assert.rejects(dedicated.rows("SELECT SLEEP(20)"), { code: "history_closed" });
    await server.pause();
    await passing(clock, 2_000, database[Symbol.asyncDispose]());
    await Promise.all([refused, refusedToo]);
    await assert.rejects(database.ping(), { code: "history_closed", message: /after it was closed$/ });
    await database[Symbol.asyncDispose]();
    server.resume();
  },
});

Deno.test("a server that is down is left alone for a while, then tried by one caller; it is logged as lost once", async () => {
  const clock = new VirtualClock();
  using log = captureLogger();
  const server = { host: "127.0.0.1", port: freePort(), user: "u", password: "secret", database: "d" };
  await using database = await testDatabase(server, { clock, logger: log.logger });
  const attempts = async () => {
    const results = await Promise.allSettled([1, 2, 3].map(() => database.use((session) => session.rows("SELECT 1"))));
    return results.map((result) => result.status === "rejected" ? /refuses|tried again/.exec(String(result.reason))?.[0] : "");
  };
  assert.deepEqual(await attempts(), ["refuses", "refuses", "refuses"]);
  assert.deepEqual(await attempts(), ["tried again", "tried again", "tried again"]);
  await clock.advance(250);
  assert.deepEqual(await attempts(), ["refuses", "tried again", "tried again"]);
  assert.equal(log.messages("warning").length, 1);
  assert.match(log.messages("warning")[0] ?? "", /is lost: .*refuses connections/);
});

Deno.test({
  name: "statements go on after the server was killed and is back, without anybody doing anything",
  ignore,
  fn: async () => {
    await using server = await startMariadb();
    using log = captureLogger();
    let found = 0;
    await using database = await testDatabase(server.options, { logger: log.logger, onReachable: () => void found++ });
    const one = () => database.use((session) => session.rows("SELECT 1 AS one"));
    await Promise.all([one(), one(), one()]);
    await server.kill();
    await assert.rejects(one(), { code: "history_unreachable" });
    assert.equal(found, 0, "a server that was never lost is not told to be back");
    await server.restart();
    const until = systemClock().now() + 30_000;
    while (!await one().then(() => true, () => false)) assert.ok(systemClock().now() < until);
    assert.deepEqual(log.messages().map((line) => /lost|back/.exec(line)?.[0]), ["lost", "back"]);
    assert.equal(found, 1);
  },
});
