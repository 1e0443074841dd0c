/**
 * The registry's table on a database server: one for all nodes, so that a name or a retention that was given on one holds on all.
 *
 * @module
 */

import type { Database } from "../database/database.ts";
import { kyselyOn } from "../database/kysely.ts";
import { tablePrefix } from "../history/archive/table_prefix.ts";
import { DeviceTable } from "./store.ts";
import type { DevicesSchema } from "./table.ts";

/** The table; its steps are the history's, and until they are taken its calls fail. */
export function mysqlDeviceTable(database: Database): DeviceTable {
  return new DeviceTable({ db: kyselyOn<DevicesSchema>(database, [tablePrefix(database.prefix)]), dialect: "mysql" });
}
