/**
 * Steps of a database server.
 *
 * @module
 */

import type { Database } from "../../services/database/database.ts";
import { migrateDatabase } from "../../services/database/migrations/migrate.ts";
import { dropBackups, schemaStatus } from "../../services/database/migrations/status.ts";
import { DATABASE_STEPS } from "../../services/database/steps.ts";
import type { MigrateTarget } from "./target.ts";

/** A database server as a target. */
export function serverTarget(database: Database): MigrateTarget {
  return {
    name: `database ${database.name} at ${database.server}, tables ${database.prefix}*`,
    newest: DATABASE_STEPS.at(-1)?.version ?? 0,
    status: async () => {
      const { applied, pending, backups } = await schemaStatus(database, DATABASE_STEPS);
      const there = applied.map(({ version, name, appliedAt, state }) => ({ version, name, appliedAt, isHalfDone: state !== "done" }));
      return { steps: [...there, ...pending.map(({ version, name }) => ({ version, name }))], backups };
    },
    migrate: (to, dryRun) => migrateDatabase(database, { steps: DATABASE_STEPS, target: to, dryRun }),
    prune: () => dropBackups(database),
  };
}
