/**
 * What a person asks of the schema: which steps are there, which copies are kept.
 *
 * @module
 */

import type { Database } from "../database.ts";
import { type JournalEntry, readJournal } from "./journal.ts";
import type { DatabaseStep } from "./migrate.ts";
import { tablesOf } from "./tables.ts";

/** The schema of a database. */
export interface SchemaStatus {
  /** Steps that the database has, or is in the middle of. */
  readonly applied: readonly JournalEntry[];
  /** Steps that it lacks. */
  readonly pending: readonly DatabaseStep[];
  /** Tables that steps copied or set aside, with their prefix. */
  readonly backups: readonly string[];
}

/**
 * Reads the state of the schema; changes nothing.
 *
 * @throws {HistoryError} `history_newer` or `history_unreachable`.
 */
export function schemaStatus(database: Database, steps: readonly DatabaseStep[]): Promise<SchemaStatus> {
  return database.use(async (session) => {
    const tables = await tablesOf(session, database.prefix);
    const applied = await readJournal(session, tables, steps.at(-1)?.version ?? 0, `${database.server}/${database.name}`);
    const version = applied.at(-1)?.version ?? 0;
    const backups = (await tables.list("backup_")).map((name) => database.prefix + name);
    return { applied, pending: steps.filter((step) => step.version > version), backups };
  });
}

/**
 * Drops the copies that steps made: they hold what people said, also what was erased since. Steps cannot bring back what was in them then.
 *
 * @returns The names of the tables, with their prefix.
 */
export function dropBackups(database: Database): Promise<readonly string[]> {
  return database.use(async (session) => {
    const tables = await tablesOf(session, database.prefix);
    const names = await tables.list("backup_");
    for (const name of names) await session.run(`DROP TABLE ${tables.quoted(name)}`);
    return names.map((name) => database.prefix + name);
  });
}
