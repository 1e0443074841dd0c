/**
 * The registry in the SQLite file of the history.
 *
 * @module
 */

import type { Kysely } from "kysely";
import type { DeviceRegistry } from "./registry.ts";
import { DeviceTable } from "./store.ts";
import type { DevicesSchema } from "./table.ts";
import { deviceRegistry, type DeviceRegistryOptions } from "./write_behind.ts";

/** The registry on a query builder of an open SQLite file whose migrations have been applied. */
export function sqliteDeviceRegistry(db: Kysely<DevicesSchema>, options: Omit<DeviceRegistryOptions, "table">): DeviceRegistry {
  return deviceRegistry({ ...options, table: new DeviceTable({ db, dialect: "sqlite" }) });
}
