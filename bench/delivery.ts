/**
 * How fast a backlog leaves the outbox, and what commits and deliveries cost the event loop: `deno task bench -- delivery [--quick]`.
 *
 * @module
 */

import { join } from "node:path";
import { Delivery } from "../actors/delivery/delivery.ts";
import { Supervisor } from "../actors/supervision/supervisor.ts";
import { systemClock } from "../base/clock.ts";
import { createIds } from "../base/ids.ts";
import { systemRandom } from "../base/random.ts";
import type { HistoryArchive } from "../services/history/archive.ts";
import { openMysqlHistory } from "../services/history/mysql/mysql.ts";
import { HISTORY_FILE, openSqliteHistory, type SqliteHistory } from "../services/history/sqlite.ts";
import { createLogger } from "../services/logging/mod.ts";
import { fillOutbox } from "../tests/actors/delivery/fill_outbox.ts";
import { testDatabase } from "../tests/support/database.ts";
import { startMariadb } from "../tests/support/mariadb.ts";
import { needs } from "../tests/support/programs.ts";
import { watchLoop } from "./support/loop_watch.ts";
import { benchDir } from "./support/paths.ts";
import { printMethod, printTable, quick } from "./support/report.ts";
import { fixed, spread } from "./support/stats.ts";

const WAITING = quick ? 2_000 : 10_000;
const SECONDS = quick ? 3 : 20;
/** Idle rows stand between the others, so that a machine that gets busier shows. */
const RATES = [0, 1, 0, 10, 0, 50, 0] as const;

const clock = systemClock();
const random = systemRandom();

const METHOD = `
Method
- backlog: ${WAITING} turns of 10 devices (Chinese, about 170 characters each in question, answer and part heard) wait in the outbox of a fresh SQLite
  history; an archive is given, and the real delivery actor empties the outbox. Turns/s is over the time until nothing waits. "nowhere" is
  an archive that does nothing, so what remains is the outbox and the actor. SQLite as an archive is written in the same process, search index
  included, which "loop" shows. MySQL is a private MariaDB on the same machine, which
  flushes each commit to the disk.
- commits: turns of the same kind are committed one at a time, evenly spread, for ${SECONDS} s a row, each with one flush to disk; "commit" is
  the time of one call. All rows come from one process, with idle ones between.
- loop: how late a timer of 5 ms fires while the row runs, over all firings.
- The disk is that of this folder.
`;

/** An archive to deliver to. */
interface Target {
  readonly name: string;
  /** Opens an empty archive; what it needs on the disk it keeps in `dir`. */
  open(dir: string): Promise<Pick<HistoryArchive, "apply"> & AsyncDisposable>;
}

/** An archive that takes everything at once and keeps nothing: what is left is what the outbox and the actor cost. */
const nowhere: Target = {
  name: "nowhere",
  open: () =>
    Promise.resolve({
      apply: (batch) => Promise.resolve({ added: batch.length, updated: 0, skipped: 0 }),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
};

const sqlite: Target = { name: "SQLite", open: (dir) => openSqliteHistory({ dataDir: dir, clock }) };

/** A private MariaDB on this machine, which wants the same cores. */
const mysql: Target = {
  name: "MySQL",
  async open(dataDir) {
    await using opening = new AsyncDisposableStack();
    const server = opening.use(await startMariadb({ durable: true }));
    const database = opening.use(await testDatabase(server.options, { clock }));
    const remote = opening.use(await openMysqlHistory({ database, dataDir, node: "bench", clock }));
    const resources = opening.move();
    return { apply: (batch) => remote.apply(batch), [Symbol.asyncDispose]: () => resources.disposeAsync() };
  },
};

const TARGETS: readonly Target[] = [nowhere, sqlite, ...(needs("mariadbd").ignore ? [] : [mysql])];

async function backlog({ name, open }: Target): Promise<string[][]> {
  await using dir = await benchDir();
  const local = join(dir.path, "local");
  await (await openSqliteHistory({ dataDir: local, clock }))[Symbol.asyncDispose]();
  fillOutbox(join(local, HISTORY_FILE), WAITING);
  await using outbox = await openSqliteHistory({ dataDir: local, clock });
  await using remote = await open(join(dir.path, "archive"));
  const idle = await watchLoop(() => pause(1_000));
  const from = performance.now();
  const { lateMs } = await watchLoop(async () => {
    using supervisor = new Supervisor({ clock });
    const audioBudget = { bytes: 0, maxBytes: 1, full: false };
    const logger = createLogger("delivery");
    const { spec } = new Delivery({ outbox, remote, clock, random, logger, localDays: 36_500, audioBudget });
    if (spec !== undefined) supervisor.start(spec);
    while ((await outbox.outboxLoad()).turns > 0) await pause(20);
  });
  const seconds = (performance.now() - from) / 1000;
  return [
    ["idle", "-", "-", ...spread(idle.lateMs)],
    [`${WAITING} turns to ${name}`, fixed(seconds, 1), fixed(WAITING / seconds, 0), ...spread(lateMs)],
  ];
}

async function commits(store: SqliteHistory, perSecond: number): Promise<string[]> {
  const nextId = createIds(clock, random);
  const took: number[] = [];
  const { lateMs } = await watchLoop(async () => {
    if (perSecond === 0) return await pause(SECONDS * 1000);
    const begin = performance.now();
    for (let n = 0; n < SECONDS * perSecond; n++) {
      await pause(begin + n * 1000 / perSecond - performance.now());
      const startedAt = clock.wall();
      const from = performance.now();
      await store.commitTurn({
        turnId: nextId(),
        sessionId: "session",
        deviceId: "device",
        startedAt,
        source: "speech",
        userText: "明天天气怎么样？",
        outcome: "completed",
        replyText: "明天多云转晴，最高气温二十五度。".repeat(5),
        heardText: "明天多云转晴，最高气温二十五度。".repeat(5),
        heardMs: 1000,
        endedAt: startedAt + 1000,
        timings: { recognizedMs: 400 },
      });
      took.push(performance.now() - from);
    }
  });
  return [
    perSecond === 0 ? "idle" : `${perSecond} commits/s`,
    ...(perSecond === 0 ? ["-", "-", "-", "-"] : spread(took, 2)),
    ...spread(lateMs),
  ];
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

if (import.meta.main) {
  printMethod("Delivery and commits", METHOD);
  const loop = ["loop p50 ms", "p95", "p99", "max"];
  const drained: string[][] = [];
  for (const target of TARGETS) drained.push(...await backlog(target));
  printTable(["", "seconds", "turns/s", ...loop], drained);
  await using dir = await benchDir();
  await using store = await openSqliteHistory({ dataDir: dir.path, clock });
  const rows: string[][] = [];
  for (const rate of RATES) rows.push(await commits(store, rate));
  printTable(["", "commit p50 ms", "p95", "p99", "max", ...loop], rows);
}
