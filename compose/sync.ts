/**
 * The sync: takes the history of other servers into the archive.
 *
 * @module
 */

import { Supervisor } from "../actors/supervision/supervisor.ts";
import { provide, type Provided } from "../actors/supervision/provide.ts";
import { startSync, type Sync } from "../actors/sync/setup.ts";
import { createStockRoutes, type StockRoutes } from "../routes/stock/routes.ts";
import { mysqlLeases } from "../services/lease/mysql.ts";
import { redisLeases } from "../services/lease/redis.ts";
import { createLogger } from "../services/logging/mod.ts";
import type { RedisLink } from "../services/redis/link.ts";
import type { Stores } from "./database.ts";
import type { Speech } from "./speech.ts";
import type { Surroundings } from "./surroundings.ts";

/** What the sync relies on. */
export interface SyncNeeds {
  readonly database: Provided<Stores>;
  readonly speech: Provided<Speech>;
  readonly redis: Provided<RedisLink> | undefined;
}

/** The sync as it runs. */
export interface RunningSync {
  /** Absent where there is nothing to take in. */
  readonly sync?: Sync;
  /** The routes that stock servers report to; absent where none may. */
  readonly stock?: StockRoutes;
  readonly supervisor: Supervisor;
}

/** The daemon of the sync; flag `features.sync` says whether it runs. */
export function syncPart(around: Surroundings, needs: SyncNeeds): Provided<RunningSync> {
  const { live, clock, random, platform } = around;
  return provide({ id: "sync", tree: ({ supervisor }: RunningSync) => supervisor.tree() }, ({ resources, fail }) => {
    const { config } = live;
    const { archive, remote } = needs.database.get();
    const { encoder } = needs.speech.get().engines;
    const supervisor = resources.use(new Supervisor({ id: "sync", path: "platform/daemons/sync", clock, random, log: platform.log }));
    supervisor.finished.catch(fail);
    const link = needs.redis?.peek();
    // Where each node has its own archive, each is the leader of its own.
    const leases = remote === undefined ? undefined : link === undefined ? mysqlLeases(remote.database) : redisLeases(link);
    if (leases !== undefined) resources.use(leases);
    const sync = startSync({
      config,
      dataDir: config.dataDir,
      archive,
      ...(remote === undefined ? {} : { database: remote.database, shared: true }),
      ...(leases === undefined ? {} : { leases }),
      encoder,
      supervisor,
      clock,
      random,
      logger: createLogger("sync"),
    });
    if (sync === undefined) return { supervisor };
    resources.use(sync);
    const { intake } = sync;
    const { secret } = config.sync.push;
    const stock = intake === undefined ? undefined : createStockRoutes({ secret, intake, archive, logger: createLogger("routes") });
    return { supervisor, sync, ...(stock === undefined ? {} : { stock }) };
  });
}
