/**
 * Making room in the local history for what was delivered and is old.
 *
 * @module
 */

import type { SqliteFile } from "./database.ts";

/** Deletes delivered turns and empty sessions that began before `before`, at most `limit` of each; how many rows. */
export function pruneDelivered(db: SqliteFile, before: number, limit: number): number {
  return db.transaction(() => {
    // The end of a session travels with one of its turns, so they stay until it has.
    const ids = db.prepare(
      "SELECT turn_id, audio_user, audio_reply FROM turns WHERE started_at < ? AND outcome IS NOT NULL " +
        "AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.turn_id = turns.turn_id) " +
        "AND NOT EXISTS (SELECT 1 FROM session_outbox WHERE session_outbox.session_id = turns.session_id) " +
        "AND NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.session_id = turns.session_id AND ended_at IS NULL) " +
        "ORDER BY started_at, turn_id LIMIT ?",
    ).all(Math.round(before), limit);
    const keep = db.prepare("INSERT OR IGNORE INTO delivered_audio (path) VALUES (?)");
    const erase = db.prepare("DELETE FROM turns WHERE turn_id = ?");
    for (const { turn_id, audio_user, audio_reply } of ids) {
      for (const path of [audio_user, audio_reply]) if (path !== null) keep.run(String(path));
      erase.run(String(turn_id));
    }
    const sessions = db.prepare(
      "DELETE FROM sessions WHERE session_id IN (SELECT session_id FROM sessions AS old WHERE started_at < ? AND ended_at IS NOT NULL " +
        "AND NOT EXISTS (SELECT 1 FROM turns WHERE turns.session_id = old.session_id) " +
        "AND NOT EXISTS (SELECT 1 FROM session_outbox WHERE session_outbox.session_id = old.session_id) " +
        "AND EXISTS (SELECT 1 FROM sessions AS later WHERE later.device_id = old.device_id " +
        "AND (later.started_at, later.session_id) > (old.started_at, old.session_id)) ORDER BY started_at LIMIT ?)",
    ).run(Math.round(before), limit).changes;
    return ids.length + sessions;
  });
}

/** Whether a file belongs to a turn that was delivered and has been deleted here. */
export function isDeliveredAudio(db: SqliteFile, path: string): boolean {
  return db.prepare("SELECT 1 FROM delivered_audio WHERE path = ?").get(path) !== undefined;
}
