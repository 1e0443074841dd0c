/**
 * The archive on a database server, where the configuration names one.
 *
 * @module
 */

import { openDatabase } from "../services/database/database.ts";
import { eventualArchive } from "../services/history/mysql/eventual.ts";
import { openMysqlHistory } from "../services/history/mysql/mysql.ts";
import { databaseMetrics } from "../services/metrics/timed_store.ts";
import type { Config } from "../services/config/mod.ts";
import { createLogger } from "../services/logging/mod.ts";
import type { Stores } from "./database.ts";
import type { Surroundings } from "./surroundings.ts";

/** What {@link openRemote} needs besides. */
export interface RemoteNeeds {
  /** Disposes of what is opened. */
  readonly resources: AsyncDisposableStack;
  /** Called once, when the archive is open. Must not throw. */
  readonly onOpen: () => void;
}

/** Whether turns are kept on a database server, and so shared by nodes. */
export function hasRemote({ database }: Config): boolean {
  return database.host !== "";
}

/**
 * Begins to open it; a server that is down neither fails nor delays the start. Undefined where there is none.
 *
 * @throws AppError with code `database_ca` or `database_tls`: the configuration is wrong.
 */
export async function openRemote(around: Surroundings, { resources, onOpen }: RemoteNeeds): Promise<Stores["remote"]> {
  const { config, clock, random, metrics } = around;
  if (!hasRemote(config)) return undefined;
  const logger = createLogger("database");
  const database = resources.use(
    await openDatabase({
      config: config.database,
      clock,
      random,
      logger,
      ...(metrics === undefined ? {} : { onQuery: databaseMetrics(metrics.instruments) }),
    }),
  );
  // Drafts and open sessions are kept in the data directory, so that none is ever this node's there.
  const node = random.uuid();
  const open = (signal: AbortSignal) => openMysqlHistory({ database, dataDir: config.dataDir, node, clock, logger, signal });
  return { database, archive: resources.use(eventualArchive({ database, open, onOpen, clock, random, logger })) };
}
