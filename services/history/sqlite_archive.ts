/**
 * The archive in an SQLite file.
 *
 * @module
 */

import type { CompiledQuery, Kysely } from "kysely";
import type { SQLInputValue } from "node:sqlite";
import { breathe } from "../../base/breathe.ts";
import type { Clock } from "../../base/clock.ts";
import type { ArchiveBackend, ArchiveDialect } from "./archive/backend.ts";
import { type Outcome, runSync, type Work } from "./archive/work.ts";
import type { SqliteFile } from "./database.ts";
import type { HistorySchema } from "./schema.ts";
import { enqueueUnindexed } from "./outbox_rows.ts";
import { indexedSearch, indexTurns } from "./search_index.ts";

/** Does work on the file, without giving way to anything else before its end. */
export function runOnFile<T>(db: SqliteFile, work: Work<T>): T {
  return runSync(work, (query) => execute(db, query));
}

/** What differs for SQLite. Its transactions are one after the other, so nothing has to be held. */
export function sqliteDialect(builder: Kysely<HistorySchema>): ArchiveDialect {
  return {
    ignoreExisting: (insert) => insert.onConflict((conflict) => conflict.doNothing()),
    matching: indexedSearch(builder),
  };
}

/** An SQLite file as an archive. */
export function sqliteBackend(db: SqliteFile, builder: Kysely<HistorySchema>, clock: Clock): ArchiveBackend {
  return {
    dialect: sqliteDialect(builder),
    builder,
    clock,
    // deno-lint-ignore require-await -- async so that a failure is a rejection, never a throw at the call
    read: async (work) => runOnFile(db, work()),
    // deno-lint-ignore require-await -- as above
    write: async (work, { relaxed = false } = {}) => {
      const transaction = () =>
        db.transaction(() => {
          const result = runOnFile(db, work());
          enqueueUnindexed(db, clock.wall());
          indexTurns(db);
          return result;
        });
      return relaxed ? db.relaxed(transaction) : transaction();
    },
    breathe,
  };
}

function execute(db: SqliteFile, { sql, parameters }: CompiledQuery): Outcome {
  const statement = db.prepare(sql);
  const values = parameters as readonly SQLInputValue[];
  if (statement.reader) return { rows: statement.all(...values), changes: 0 };
  return { rows: [], changes: statement.run(...values).changes };
}
