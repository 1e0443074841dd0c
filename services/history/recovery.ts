/**
 * What a process that ended without closing left behind, closed at the next start.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { searchText } from "./archive/text.ts";
import type { SqliteFile } from "./database.ts";
import { indexTurns } from "./search_index.ts";

/** What was closed. */
export interface Recovered {
  readonly turns: number;
  readonly sessions: number;
}

/**
 * Closes drafts and open sessions as `crashed`, in one transaction, with their outbox entries. When exactly they ended is not
 * known, so each gets the last instant that is: a draft its start, a session the end of its last turn. A draft that was erased while it was
 * under way is deleted.
 */
export function closeCrashed(db: SqliteFile, clock: Clock): Recovered {
  return db.transaction(() => {
    db.prepare(
      "DELETE FROM turns WHERE outcome IS NULL AND EXISTS (SELECT 1 FROM erased WHERE until_at >= turns.started_at AND " +
        "(kind, id) IN (VALUES ('turn', turns.turn_id), ('session', turns.session_id), ('device', turns.device_id)))",
    ).run();
    const fold = db.prepare("UPDATE turns SET search_text = ? WHERE turn_id = ?");
    for (const row of db.prepare("SELECT turn_id, user_text FROM turns WHERE outcome IS NULL").all()) {
      fold.run(searchText(String(row.user_text), ""), String(row.turn_id));
    }
    db.prepare("INSERT INTO outbox (turn_id, created_at) SELECT turn_id, ? FROM turns WHERE outcome IS NULL ORDER BY started_at, turn_id")
      .run(clock.wall());
    const turns = db.prepare(
      "UPDATE turns SET outcome = 'crashed', ended_at = started_at, error_code = 'crashed', " +
        "error_message = 'The server ended before this turn did' WHERE outcome IS NULL",
    ).run().changes;
    indexTurns(db);
    db.prepare("INSERT OR REPLACE INTO session_outbox (session_id, created_at) SELECT session_id, ? FROM sessions WHERE ended_at IS NULL")
      .run(clock.wall());
    const sessions = db.prepare(
      "UPDATE sessions SET end_reason = 'crashed', ended_at = max(started_at, coalesce(" +
        "(SELECT max(ended_at) FROM turns WHERE turns.session_id = sessions.session_id), 0)) WHERE ended_at IS NULL",
    ).run().changes;
    return { turns, sessions };
  });
}
