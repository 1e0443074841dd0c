/**
 * The archive on a database server, where the configuration names one.
 *
 * @module
 */

import { carryDevicesOver, type CarryOverOptions, forgetCarryOver } from "../services/devices/carry_over.ts";
import { mysqlDeviceTable } from "../services/devices/mysql.ts";
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
  /** The registry of devices in the data directory. */
  readonly devices: CarryOverOptions["from"];
  /** Called when the archive is open, and each time that its server is back. Must not throw. */
  readonly onReachable: () => void;
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
export async function openRemote(around: Surroundings, needs: RemoteNeeds): Promise<Stores["remote"]> {
  const { resources, devices, onReachable } = needs;
  const { config, clock, random, metrics } = around;
  const { dataDir } = config;
  if (!hasRemote(config)) {
    await forgetCarryOver(dataDir);
    return undefined;
  }
  const logger = createLogger("database");
  const database = resources.use(
    await openDatabase({
      config: config.database,
      clock,
      random,
      logger,
      onReachable,
      ...(metrics === undefined ? {} : { onQuery: databaseMetrics(metrics.instruments) }),
    }),
  );
  // Drafts and open sessions are kept in the data directory, so that none is ever this node's there.
  const node = random.uuid();
  const open = async (signal: AbortSignal) => {
    await using opened = new AsyncDisposableStack();
    const history = opened.use(await openMysqlHistory({ database, dataDir, node, clock, logger, signal }));
    // Before anything is read there or delivered: retention must not meet turns of a device without the number that somebody gave it.
    const target = `${database.server}/${database.name}/${database.prefix}`;
    await carryDevicesOver({ from: devices, to: mysqlDeviceTable(database), target, dataDir, logger, signal });
    opened.move();
    return history;
  };
  return { database, archive: resources.use(eventualArchive({ database, open, onOpen: onReachable, clock, random, logger })) };
}
