/**
 * The history database, opened by programs that only read it.
 *
 * @module
 */

import { join } from "node:path";
import { AppError } from "../base/errors.ts";
import { SqliteFile } from "../services/history/database.ts";
import { currentVersion } from "../services/history/migrations.ts";
import { listTurns, queryBuilder, turnsEndingWith } from "../services/history/queries.ts";
import { HISTORY_FILE } from "../services/history/sqlite.ts";
import type { StoredTurn } from "../services/history/store.ts";

/**
 * Opens the history of a data directory, also beside a server that runs; undefined where there is none yet.
 *
 * @throws AppError with code `history_forbidden`; `HistoryError` for a file that is damaged or newer.
 */
export async function openHistoryFile(dataDir: string): Promise<SqliteFile | undefined> {
  const path = join(dataDir, HISTORY_FILE);
  try {
    await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    const right = "this task may read the project folder, /data and /etc/xiaozhi alone; see permissions in deno.json";
    throw new AppError(`Cannot read '${path}': ${right}`, { code: "history_forbidden", cause: error });
  }
  const db = new SqliteFile(path, { readOnly: true });
  try {
    // A server that is just starting has made the file and not its tables yet.
    const isMade = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations'").get() !== undefined && currentVersion(db) > 0;
    if (isMade) return db;
  } catch (error) {
    db[Symbol.dispose]();
    throw error;
  }
  db[Symbol.dispose]();
  return undefined;
}

/**
 * The turn that a person means.
 *
 * @param which Its id, as many of the last characters of it as are needed, or `last`.
 * @throws AppError with code `turn_unknown` or `turn_ambiguous`.
 */
export async function findTurn(db: SqliteFile, which: string): Promise<StoredTurn> {
  const builder = queryBuilder(db);
  const [turn, other] = which === "last" ? await listTurns(builder, { limit: 1 }) : await turnsEndingWith(builder, which, 2);
  if (turn === undefined) {
    throw new AppError(`No turn ends with '${which}'; expected an id, or the end of one, from 'deno task history', or 'last'`, {
      code: "turn_unknown",
    });
  }
  if (other !== undefined) {
    throw new AppError(`More than one turn ends with '${which}', such as ${turn.turnId} and ${other.turnId}; expected more of the id`, {
      code: "turn_ambiguous",
    });
  }
  return turn;
}
