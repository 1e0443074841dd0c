/**
 * The history on a private database server.
 *
 * @module
 */

import { systemClock } from "../../../../base/clock.ts";
import type { Database } from "../../../../services/database/database.ts";
import { type MysqlHistory, openMysqlHistory } from "../../../../services/history/mysql/mysql.ts";
import { testDatabase } from "../../../support/database.ts";
import type { Mariadb, MariadbOptions } from "../../../support/mariadb.ts";
import { tempDir } from "../../../support/temp_dir.ts";
import { VirtualClock } from "../../../support/virtual_clock.ts";

/** Nodes that share one database. */
export interface MysqlNodes extends AsyncDisposable {
  readonly options: MariadbOptions;
  /** The connections of the history that was opened last. */
  readonly database: Database;
  /** The time of all nodes. */
  readonly clock: VirtualClock;
  /** Opens the history of a node. */
  open(node?: string): Promise<MysqlHistory>;
  /** Runs statements beside the nodes. */
  run(sql: string): Promise<readonly Record<string, unknown>[]>;
  /** Cuts all connections to the database, as the end of all nodes would. */
  crash(): Promise<void>;
}

/** Makes a database of its own. */
export async function mysqlNodes(server: Mariadb, clock = new VirtualClock()): Promise<MysqlNodes> {
  const options = await server.createDatabase();
  const dir = tempDir();
  const opened: { readonly store: MysqlHistory; readonly database: Database }[] = [];
  return {
    options,
    clock,
    run: (sql) => server.run(sql, options.database),
    get database() {
      const last = opened.at(-1);
      if (last === undefined) throw new Error("Open a history first");
      return last.database;
    },
    async open(node = "node-1") {
      const database = await testDatabase(options, { clock: systemClock() });
      const store = await openMysqlHistory({ database, dataDir: dir.path, node, clock });
      opened.push({ store, database });
      return store;
    },
    async crash() {
      const sql = `SELECT id FROM information_schema.processlist WHERE db = '${options.database}' AND id <> CONNECTION_ID()`;
      for (const { id } of await server.run(sql)) await server.run(`KILL CONNECTION ${id}`).catch(() => {});
    },
    async [Symbol.asyncDispose]() {
      for (const { store, database } of opened) {
        await store[Symbol.asyncDispose]();
        await database[Symbol.asyncDispose]();
      }
      await dir[Symbol.asyncDispose]();
    },
  };
}
