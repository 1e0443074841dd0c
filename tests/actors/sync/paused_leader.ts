/**
 * Two processes that fight for the lead of a sync while whoever leads is paused longer than its lease, and goes on afterwards; in between the
 * database is killed, the network cut, and Redis flushed and killed.
 *
 * @module
 */

import assert from "node:assert/strict";
import { systemClock } from "../../../base/clock.ts";
import { openMysqlHistory } from "../../../services/history/mysql/mysql.ts";
import type { StoredTurn } from "../../../services/history/store.ts";
import { allPages } from "../../services/history/archive_contract.ts";
import { until } from "../../services/redis/support.ts";
import { insert, type Row, ROWS_OF_SESSION, SCHEMA, session, shuffled } from "../../services/sync/stock/seed.ts";
import { testDatabase } from "../../support/database.ts";
import { type Mariadb, startMariadb } from "../../support/mariadb.ts";
import { startRedis } from "../../support/redis.ts";
import { tcpProxy } from "../../support/tcp_proxy.ts";
import { tempDir } from "../../support/temp_dir.ts";
import type { NodeOptions } from "./node_child.ts";

const CHILD = new URL("./node_child.ts", import.meta.url).pathname;

/** Short, so that a pause is soon longer; long enough that a busy machine renews it. */
const LEASE_MS = 1_500;
/** How long taking in what is left may take in the end, milliseconds: on a busy machine leaders lose their short leases now and then. */
const PATIENCE_MS = 180_000;
/** Rows of one insert. */
const ROWS = 50;

/** How long the fight is. */
export interface Fight {
  /** Rows of the stock table, about. */
  readonly rows: number;
  /** How often the leader is paused. */
  readonly pauses: number;
}

/** Fights, and compares every row in the end: each turn once, in order, with the same content. */
export async function fight({ rows, pauses }: Fight): Promise<void> {
  await using server = await startMariadb();
  await using redis = await startRedis();
  await using proxy = tcpProxy({ port: server.options.port });
  await using dir = tempDir();
  const troubles: readonly (() => unknown)[] = [
    () => redis.flush(),
    async () => {
      await server.kill();
      await server.restart();
    },
    () => proxy.cutAfter(100),
    async () => {
      await redis.kill();
      await redis.restart();
    },
    () => proxy.cut(),
  ];
  const sessions = Array.from({ length: Math.ceil(rows / ROWS_OF_SESSION) }, (_, number) => session(number));
  await server.run(SCHEMA, server.options.database);
  const options = {
    database: { ...server.options, host: proxy.hostname, port: proxy.port },
    redis: redis.url,
    dataDir: dir.path,
    leaseMs: LEASE_MS,
  };
  await using first = nodeProcess({ ...options, node: "node-1" });
  await using second = nodeProcess({ ...options, node: "node-2" });
  const nodes = [first, second];
  const leaders = () => nodes.filter(({ role }) => role === "leader");
  await until(() => leaders().length === 1, "one of two nodes leads");

  const waiting = shuffled(sessions.flatMap((each) => each.rows));
  const share = Math.ceil(waiting.length / (pauses + 1));
  for (let pause = 0; pause < pauses; pause++) {
    let leader: NodeProcess | undefined;
    await until(() => (leader = leaders()[0]) !== undefined, "one leads again");
    assert.ok(leader !== undefined);
    // In the middle of its work: rows come while it is stopped, and have come just before.
    await write(server, waiting.splice(0, share / 2));
    leader.signal("SIGSTOP");
    const other = nodes.find((node) => node !== leader)!;
    await until(() => other.role === "leader", "the other node takes over");
    await write(server, waiting.splice(0, share / 2));
    leader.signal("SIGCONT");
    await until(() => leader?.role === "follower", "the paused leader sees that it is none any more");
    await write(server, waiting.splice(0, ROWS));
    await troubles[pause % troubles.length]!();
  }
  await write(server, waiting);
  proxy.heal();

  await using database = await testDatabase(server.options);
  await using history = await openMysqlHistory({ database, dataDir: dir.path, node: "reader", clock: systemClock() });
  const wanted = sessions.flatMap(({ texts }) => texts).toSorted();
  const turns = () => allPages<StoredTurn>((query) => history.turns({ ...query, order: "oldest" }), 1000);
  const texts = (all: readonly StoredTurn[]) => all.map((turn) => `${turn.sessionId}|${turn.userText}|${turn.replyText}`).toSorted();
  const complete = async () => texts(await turns()).join("\n") === wanted.join("\n");
  for (const deadline = performance.now() + PATIENCE_MS; !await complete() && performance.now() < deadline;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const all = await turns();
  assert.deepEqual(texts(all), wanted);
  assert.deepEqual(all.map(({ startedAt }) => startedAt), all.map(({ startedAt }) => startedAt).toSorted((a, b) => a - b));
  assert.equal((await server.run("SELECT COUNT(*) AS n FROM xz_turns", server.options.database))[0]?.["n"], wanted.length);
  for (const node of nodes) assert.equal(await node.end(), 0);
  assert.deepEqual(await turns(), all);
}

async function write(server: Mariadb, rows: readonly Row[]): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS) await server.run(insert(rows.slice(at, at + ROWS)), server.options.database);
}

interface NodeProcess extends AsyncDisposable {
  /** What it said last that it is. */
  readonly role: string;
  signal(signal: Deno.Signal): void;
  /** Ends it in order, and gives its exit code. */
  end(): Promise<number>;
}

function nodeProcess(options: NodeOptions): NodeProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", CHILD, JSON.stringify(options)],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let role = "follower";
  const reading = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) role = text.trim().split("\n").at(-1) ?? role;
  })();
  const status = child.status;
  let ended = false;
  const end = async (): Promise<number> => {
    if (!ended) await child.stdin.close();
    ended = true;
    await reading;
    return (await status).code;
  };
  return {
    get role() {
      return role;
    },
    signal: (signal) => child.kill(signal),
    end,
    async [Symbol.asyncDispose]() {
      if (!ended) child.kill("SIGKILL");
      await end();
    },
  };
}
