/**
 * What the list of a device's sessions costs without a cache, with one in memory, and with one in Redis. Run with
 * `deno task bench -- cache [--quick]`; it needs redis-server.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { createActor } from "xstate";
import { invalidationMachine } from "../actors/cache/machine.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { systemRandom } from "../base/random.ts";
import type { Cache } from "../services/cache/cache.ts";
import { cachedArchive } from "../services/cache/history_cache.ts";
import { deviceTag } from "../services/cache/keys.ts";
import { createCache } from "../services/cache/mod.ts";
import { configWith } from "../services/config/mod.ts";
import type { HistoryArchive } from "../services/history/archive.ts";
import { HISTORY_FILE, openSqliteHistory } from "../services/history/sqlite.ts";
import { createLogger } from "../services/logging/mod.ts";
import { connectRedis } from "../services/redis/ioredis.ts";
import { startRedis } from "../tests/support/redis.ts";
import { printMethod, printTable, quick } from "./support/report.ts";
import { listCells, type ListTimes, popular, timeLists } from "./support/session_list.ts";
import { percent } from "./support/stats.ts";

const DEVICES = quick ? 100 : 1000;
const SESSIONS = 100;
const TURNS = 10;
const READS = quick ? 500 : 5000;
/** Reads between two changes of the device that was read: a device in conversation commits a turn about as often as somebody looks. */
const READS_A_CHANGE = 10;

const METHOD = `
- ${DEVICES} devices, ${SESSIONS} sessions each, ${TURNS} turns each: ${
  DEVICES * SESSIONS * TURNS
} turns in SQLite, on this machine's disk, its pages
  in the system's memory. Read is the first page, 50 sessions with the number of their turns: the list that the page and the API show.
- ${READS} reads one after the other, by one reader; the n-th device is asked for 1/n as often as the first.
- no cache: SQLite alone. memory, Redis: every read is answered from the cache (each device was read before).
  Redis asks the server whether its copy still holds at each read; Redis, near answers from its copy while the channel is open.
- changing: after every ${READS_A_CHANGE}th read that device's values are invalidated, so that the next read of it loads. hit rate is of those.
- us: microseconds from the call to the page; times faster: medians, no cache by this row. The Redis is a private one on loopback.
`;

const deviceOf = (n: number) => `device-${String(n).padStart(6, "0")}`;

function seed(path: string): void {
  using db = new DatabaseSync(path);
  db.exec("PRAGMA synchronous = OFF; BEGIN");
  const session = db.prepare("INSERT INTO sessions VALUES (?, ?, 'bench', ?, ?, 'idle')");
  const turn = db.prepare(
    "INSERT INTO turns (turn_id, session_id, device_id, started_at, source, user_text, outcome, reply_text) " +
      "VALUES (?, ?, ?, ?, 'speech', 'What is the weather like?', 'completed', 'It is sunny and mild, with a light wind from the west.')",
  );
  for (let index = 0; index < DEVICES * SESSIONS; index++) {
    // Devices take turns, as they do in life, so that the rows of one are not neighbours.
    const deviceId = deviceOf(index % DEVICES);
    const at = 1_700_000_000_000 + index * 1000;
    session.run(`s${index}`, deviceId, at, at + 900);
    for (let of = 0; of < TURNS; of++) turn.run(`t${index}-${of}`, `s${index}`, deviceId, at + of);
  }
  db.exec("COMMIT");
}

/** Reads with a change after each `every`th; cells of times and of the hit rate. */
async function readThrough(
  archive: HistoryArchive,
  cache: Cache,
  reads: readonly string[],
  none: ListTimes,
  every: number,
): Promise<string[]> {
  const cached = cachedArchive(archive, cache);
  const before = cache.counts;
  const times: number[] = [];
  for (const [index, deviceId] of reads.entries()) {
    times.push(...(await timeLists(cached, [deviceId])).times);
    if (index % every === every - 1) await cache.invalidate([deviceTag(deviceId)]);
  }
  const hits = cache.counts.hits - before.hits;
  return [...listCells({ times }, none), percent(hits, hits + cache.counts.misses - before.misses)];
}

/** An archive whose lists are measured. */
interface Measured {
  readonly name: string;
  readonly archive: HistoryArchive;
}

/** The archives that hold {@link DEVICES}' sessions. Another kind of archive is another entry. */
async function archives(stack: AsyncDisposableStack, clock: Clock): Promise<Measured[]> {
  const dataDir = await Deno.makeTempDir({ prefix: "xiaozhi-bench-" });
  stack.defer(() => Deno.remove(dataDir, { recursive: true }));
  await (await openSqliteHistory({ dataDir, clock }))[Symbol.asyncDispose]();
  seed(`${dataDir}/${HISTORY_FILE}`);
  const store = stack.use(await openSqliteHistory({ dataDir, clock }));
  const refuse = () => Promise.reject(new Error("Only lists are measured"));
  const archive: HistoryArchive = {
    ...{ session: refuse, turn: refuse, turns: refuse, search: refuse, retitle: refuse, erase: refuse, apply: refuse },
    sessions: async ({ deviceId = "" } = {}) => ({ items: await store.listSessions({ deviceId, limit: 50 }) }),
  };
  return [{ name: "SQLite", archive }];
}

/** The rows of one archive: without a cache, with each of `caches`. */
async function measure({ name, archive }: Measured, caches: Readonly<Record<"memory" | "Redis", Cache>>): Promise<string[][]> {
  const devices = Array.from({ length: DEVICES }, (_, n) => deviceOf(n));
  const reads = Array.from({ length: READS }, () => popular(devices, Math.random));
  await timeLists(archive, devices.slice(0, 50));
  const none = await timeLists(archive, reads);
  const rows = [[`${name}, no cache`, ...listCells(none, none), "-"]];
  for (const [where, cache] of Object.entries(caches)) {
    // What an archive before this one left is of the same devices.
    await cache.invalidate(devices.map(deviceTag));
    const cached = cachedArchive(archive, cache);
    await timeLists(cached, [...devices, ...devices]);
    rows.push([`${name}, ${where}`, ...await readThrough(archive, cache, reads, none, Infinity)]);
    if (where === "Redis") {
      const near = nearby(cache);
      await timeLists(cachedArchive(archive, near), devices);
      rows.push([`${name}, ${where}, near`, ...await readThrough(archive, near, reads, none, Infinity)]);
    }
    rows.push([`${name}, ${where}, changing`, ...await readThrough(archive, cache, reads, none, READS_A_CHANGE)]);
  }
  return rows;
}

async function main(): Promise<void> {
  const clock = systemClock();
  const random = systemRandom();
  const logger = createLogger("bench");
  await using stack = new AsyncDisposableStack();
  // Filled first: what is busy for half a minute would lose its connection to Redis.
  const measured = await archives(stack, clock);
  const redis = stack.use(await startRedis());
  const link = stack.use(connectRedis({ config: configWith({ redis: { url: redis.url } }).redis, clock, random, logger }));
  const config = { ...configWith({}).cache, maxEntries: 100_000, maxMiB: 1024 };
  const options = { config, enabled: true, clock, random, logger };
  const memory = createCache({ ...options, shared: false });
  const shared = createCache({ ...options, shared: true, redis: link });
  const actor = createActor(invalidationMachine, { clock, input: { channel: shared.channel!, random: () => random.next(), settleMs: 0 } });
  actor.start();
  stack.defer(() => void actor.stop());
  while (!actor.getSnapshot().matches({ listening: "subscribed" })) await new Promise((resolve) => setTimeout(resolve, 5));

  const rows: string[][] = [];
  for (const each of measured) rows.push(...await measure(each, { memory: memory.cache, Redis: shared.cache }));
  printMethod("Session list", METHOD);
  printTable(["from", "reads", "us p50", "us p95", "us p99", "times faster", "hit rate"], rows);
}

/** A cache whose reads are all answered from this process's copies while the channel is open. */
function nearby(cache: Cache): Cache {
  return {
    read: (key, how, load) => cache.read(key, { ...how, near: true }, load),
    invalidate: (tags) => cache.invalidate(tags),
    get counts() {
      return cache.counts;
    },
  };
}

if (import.meta.main) await main();
