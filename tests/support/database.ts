/**
 * The database client of the runtime over a server of the tests.
 *
 * @module
 */

import { type Clock, systemClock } from "../../base/clock.ts";
import { systemRandom } from "../../base/random.ts";
import { type Config, configSchema } from "../../services/config/schema.ts";
import { type Database, type DatabaseOptions, openDatabase } from "../../services/database/database.ts";
import type { MariadbOptions } from "./mariadb.ts";

/** What a test sets; the rest is as usual. */
export interface TestDatabaseOptions extends Partial<Omit<DatabaseOptions, "config">> {
  readonly config?: Partial<Config["database"]>;
}

/** The section `database` for a server of the tests. */
export function databaseConfig(options: MariadbOptions, change: Partial<Config["database"]> = {}): Config["database"] {
  const { database: name, ...server } = options;
  return { ...configSchema.shape.database.parse({ ...server, name }), ...change };
}

/** Opens a database of a server of the tests. */
export function testDatabase(options: MariadbOptions, { config, ...rest }: TestDatabaseOptions = {}): Promise<Database> {
  const clock: Clock = systemClock();
  return openDatabase({ config: databaseConfig(options, config), clock, random: systemRandom(), ...rest });
}
