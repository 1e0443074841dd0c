/**
 * The history of a server, read from its file while it runs or after it has ended, without repairing anything in it.
 *
 * @module
 */

import type { Selectable } from "kysely";
import { SqliteFile } from "../../services/history/database.ts";
import { turnOf, type TurnsTable } from "../../services/history/schema.ts";
import { HISTORY_FILE } from "../../services/history/sqlite.ts";
import type { StoredTurn } from "../../services/history/store.ts";

/** What is in the file. */
export interface HistoryContents {
  /** Ended turns in the order of their beginning. */
  readonly turns: readonly StoredTurn[];
  /** Ids of turns that have begun and not ended. */
  readonly drafts: readonly string[];
  /** Turn ids that wait for delivery, in the order of their commits. */
  readonly outbox: readonly string[];
  /** Why the sessions ended, in the order of their beginning; null for those that have not. */
  readonly endReasons: readonly (string | null)[];
}

/** Reads all of it. */
export function readHistory(dataDir: string): HistoryContents {
  using db = new SqliteFile(`${dataDir}/${HISTORY_FILE}`, { readOnly: true });
  const rows = db.prepare("SELECT * FROM turns ORDER BY started_at, turn_id").all() as unknown as Selectable<TurnsTable>[];
  return {
    turns: rows.filter((row) => row.outcome !== null).map(turnOf),
    drafts: rows.filter((row) => row.outcome === null).map((row) => row.turn_id),
    outbox: db.prepare("SELECT turn_id FROM outbox ORDER BY seq").all().map((row) => String(row.turn_id)),
    endReasons: db.prepare("SELECT end_reason FROM sessions ORDER BY started_at, session_id").all()
      .map((row) => row.end_reason === null ? null : String(row.end_reason)),
  };
}
