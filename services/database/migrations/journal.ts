/**
 * Which steps a database has, and how far the last one came.
 *
 * @module
 */

import { HistoryError } from "../../history/errors.ts";
import type { Session } from "../session.ts";
import type { Direction } from "./change.ts";
import type { Tables } from "./tables.ts";

/** Name of the journal's table. */
export const JOURNAL = "schema_migrations";

/** How far a step is: done, or within the copies or the changes of one way. */
export type StepState = "done" | `${Direction}:copy` | `${Direction}:change`;

/** A step as the database has it. */
export interface JournalEntry {
  readonly version: number;
  readonly name: string;
  /** Unix milliseconds. */
  readonly appliedAt: number;
  readonly state: StepState;
}

/** The statement that makes the journal. */
export function journalSql(tables: Tables): string {
  return `CREATE TABLE IF NOT EXISTS ${tables.quoted(JOURNAL)} (\n  version INT PRIMARY KEY,\n  name VARCHAR(191) NOT NULL,\n` +
    `  applied_at BIGINT NOT NULL,\n  state VARCHAR(16) NOT NULL\n) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE ${tables.collation}`;
}

/**
 * What the journal says; nothing where there is none.
 *
 * @param known The newest version that this program knows.
 * @throws {HistoryError} `history_newer`.
 */
export async function readJournal(session: Session, tables: Tables, known: number, where: string): Promise<readonly JournalEntry[]> {
  if (!await tables.hasTable(JOURNAL)) return [];
  const rows = await session.rows(`SELECT version, name, applied_at, state FROM ${tables.quoted(JOURNAL)} ORDER BY version`);
  const entries = rows.map((row) => ({
    version: Number(row.version),
    name: String(row.name),
    appliedAt: Number(row.applied_at),
    state: String(row.state) as StepState,
  }));
  const newest = entries.at(-1)?.version ?? 0;
  if (newest > known) {
    throw new HistoryError(
      `Cannot open database ${where} of schema version ${newest}: this program knows versions up to ${known}; ` +
        "use the later program that wrote it, or another database or table prefix",
      "history_newer",
    );
  }
  return entries;
}

/** Writes how far a step is. */
export async function writeState(session: Session, tables: Tables, entry: JournalEntry): Promise<void> {
  await session.run(
    `INSERT INTO ${tables.quoted(JOURNAL)} (version, name, applied_at, state) VALUES (?, ?, ?, ?) ` +
      "ON DUPLICATE KEY UPDATE name = VALUES(name), applied_at = VALUES(applied_at), state = VALUES(state)",
    [entry.version, entry.name, entry.appliedAt, entry.state],
  );
}

/** Takes a step out that was undone. */
export async function removeEntry(session: Session, tables: Tables, version: number): Promise<void> {
  await session.run(`DELETE FROM ${tables.quoted(JOURNAL)} WHERE version = ?`, [version]);
}
