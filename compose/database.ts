/**
 * The history: kept in the data directory first, delivered from there to the archive, and its hot reads cached.
 *
 * @module
 */

import { Delivery } from "../actors/delivery/delivery.ts";
import { provide, type Provided } from "../actors/supervision/provide.ts";
import { type Cache, cachedArchive, cachedHistory, createCache, type InvalidationChannel } from "../services/cache/mod.ts";
import type { Database } from "../services/database/database.ts";
import { announcing } from "../services/delivery/announce.ts";
import { mysqlDeviceTable } from "../services/devices/mysql.ts";
import type { HistoryArchive } from "../services/history/archive.ts";
import { AudioBudget } from "../services/history/audio_budget.ts";
import { bothArchives } from "../services/history/both.ts";
import { measureHistory } from "../services/history/disk_usage.ts";
import type { EventualArchive } from "../services/history/mysql/eventual.ts";
import { patientHistory } from "../services/history/patient.ts";
import { openSqliteHistory, type SqliteHistory } from "../services/history/sqlite.ts";
import type { HistoryStore } from "../services/history/store.ts";
import { openLifeCycle, type RunningLifeCycle } from "../services/life_cycle.ts";
import { createLogger } from "../services/logging/mod.ts";
import { timedStore } from "../services/metrics/timed_store.ts";
import type { RedisLink } from "../services/redis/link.ts";
import { hasRemote, openRemote } from "./remote.ts";
import type { Surroundings } from "./surroundings.ts";

/** What keeps the history, and what makes it quick. */
export interface Stores {
  /** The data directory: memories, roles, the outbox. */
  readonly store: SqliteHistory;
  /** The history as devices write it: patient, cached, and heard by the delivery. */
  readonly history: HistoryStore;
  /** Where turns are kept for good, cached: the database server, or the data directory where there is none. */
  readonly archive: HistoryArchive;
  readonly delivery: Delivery;
  /** The history as people use it, devices, audio and retention. */
  readonly lifeCycle: RunningLifeCycle;
  readonly cache: Cache;
  /** What the cache has to be told by others; absent where it is of this process alone. */
  readonly channel?: InvalidationChannel;
  /** The database server, where there is one. */
  readonly remote?: { readonly database: Database; readonly archive: EventualArchive };
}

/** Everything that lasts. */
export function databasePart(around: Surroundings, redis: Provided<RedisLink> | undefined): Provided<Stores> {
  const { config, live, clock, random, metrics } = around;
  const { dataDir, history: { maxBytes, localDays } } = config;
  return provide({ id: "database" }, async ({ resources }) => {
    const logger = createLogger("history");
    const audioBudget = new AudioBudget({ maxBytes, measure: () => measureHistory(dataDir), clock, logger });
    const opened = await openSqliteHistory({ dataDir, clock, logger, audioBudget, flushBeside: true });
    const store = metrics === undefined ? opened : timedStore(opened, metrics.instruments, clock);
    const kept = resources.use(patientHistory(store, { clock, logger }));
    const link = redis?.peek();
    const { cache, channel } = createCache({
      config: config.cache,
      enabled: () => live.config.features.cache,
      ...(link === undefined ? {} : { redis: link }),
      shared: hasRemote(config),
      clock,
      random,
      logger: createLogger("cache"),
    });
    const remote = await openRemote(around, { resources, devices: store.deviceTable, onReachable: () => delivery.reachable() });
    const archive = cachedArchive(remote === undefined ? store : bothArchives(store, remote.archive), cache);
    const delivery: Delivery = new Delivery({
      outbox: store,
      remote: remote === undefined ? undefined : archive,
      clock,
      random,
      logger: createLogger("delivery"),
      localDays,
      audioBudget,
    });
    const history = announcing(cachedHistory(kept, cache), () => delivery.nudge());
    const lifeCycle = resources.use(
      await openLifeCycle({
        archive,
        deviceTable: remote === undefined ? store.deviceTable : mysqlDeviceTable(remote.database),
        deviceStore: store,
        history: config.history,
        dataDir,
        clock,
        logger,
      }),
    );
    // Beside the start: it asks for every audio file.
    void audioBudget.measure();
    return {
      store,
      history,
      archive,
      delivery,
      lifeCycle,
      cache,
      ...(channel === undefined ? {} : { channel }),
      ...(remote === undefined ? {} : { remote }),
    };
  });
}
