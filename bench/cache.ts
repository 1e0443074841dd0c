/**
 * What the list of a device's sessions costs from SQLite and from MySQL, without a cache, with one in memory, and with one in Redis. Run with
 * `deno task bench -- cache [--quick]`; it needs redis-server, and mariadbd or mysqld for MySQL's part.
 *
 * @module
 */

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
import { createLogger } from "../services/logging/mod.ts";
import { connectRedis } from "../services/redis/ioredis.ts";
import { needs } from "../tests/support/programs.ts";
import { startRedis } from "../tests/support/redis.ts";
import { printMethod, printTable, quick } from "./support/report.ts";
import { deviceOf, mysqlWith, type Rows, sqliteWith } from "./support/session_rows.ts";
import { listCells, type ListTimes, popular, timeLists } from "./support/session_list.ts";
import { percent, spread } from "./support/stats.ts";

const ROWS: Rows = { devices: quick ? 100 : 1000, sessions: 100, turns: 10 };
const READS = quick ? 500 : 5000;
const SEARCHES = 5;
/** Reads between two changes of the device that was read: a device in conversation commits a turn about as often as somebody looks. */
const READS_A_CHANGE = 10;

const METHOD = `
- ${ROWS.devices} devices, ${ROWS.sessions} sessions each, ${ROWS.turns} turns each: ${
  ROWS.devices * ROWS.sessions * ROWS.turns
} turns in SQLite,
  and again in a private MariaDB on loopback with 2 GiB for its pages; all pages in memory. Read is the first page, 50 sessions with the number
  of their turns: the list that the page and the API show. cold: the first read of each device after the rows were written.
- ${READS} reads one after the other, by one reader; the n-th device is asked for 1/n as often as the first.
- no cache: the database alone. memory, Redis: every read is answered from the cache (each device was read before).
  Redis asks the server whether its copy still holds at each read; Redis, near answers from its copy while the channel is open.
- changing: after every ${READS_A_CHANGE}th read that device's values are invalidated, so that the next read of it loads. hit rate is of those.
- us: microseconds from the call to the page; times faster: medians, no cache by this row. The Redis is a private one on loopback.
`;

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

/** The archives that hold {@link ROWS}. Another kind of archive is another entry. */
async function archives(stack: AsyncDisposableStack, clock: Clock): Promise<Measured[]> {
  const sqlite = await sqliteWith(ROWS, stack, clock);
  if (needs("mariadbd").ignore) return [{ name: "SQLite", archive: sqlite }];
  const { history } = await mysqlWith(ROWS, stack, clock);
  return [{ name: "SQLite", archive: sqlite }, { name: "MySQL", archive: history }];
}

/** The rows of one archive: without a cache, with each of `caches`. */
async function measure({ name, archive }: Measured, caches: Readonly<Record<"memory" | "Redis", Cache>>): Promise<string[][]> {
  const devices = Array.from({ length: ROWS.devices }, (_, n) => deviceOf(n));
  const reads = Array.from({ length: READS }, () => popular(devices, Math.random));
  const cold = await timeLists(archive, devices);
  const none = await timeLists(archive, reads);
  const rows = [[`${name}, cold`, ...listCells(cold, none), "-"], [`${name}, no cache`, ...listCells(none, none), "-"]];
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
  // The rows of SQLite are made without its search index.
  for (const each of measured.filter(({ name }) => name === "MySQL")) {
    printMethod("Search", `- ${SEARCHES} searches one after the other for the first page, over the same turns.`);
    printTable(["", "ms p50", "p95", "p99", "max"], await searches(each));
  }
}

/** What finding text costs where the text itself is read; cells of times. */
async function searches({ name, archive }: Measured): Promise<string[][]> {
  const wanted = [
    ["a word that every turn has", { text: "weather" }],
    ["a word that none has, of one device", { text: "thunderstorm", deviceId: deviceOf(1) }],
    ["a word that none has", { text: "thunderstorm" }],
  ] as const;
  const rows: string[][] = [];
  for (const [what, query] of wanted) {
    const times: number[] = [];
    for (let n = 0; n < SEARCHES; n++) {
      const from = performance.now();
      await archive.search(query);
      times.push(performance.now() - from);
    }
    rows.push([`${name}: ${what}`, ...spread(times)]);
  }
  return rows;
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
