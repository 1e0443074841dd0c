/**
 * A history in which many turns wait for delivery, made faster than by committing them.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";

/** Adds `count` waiting turns of ten devices, of about 200 characters each, to a migrated history that nobody has open. */
export function fillOutbox(path: string, count: number): void {
  const db = new DatabaseSync(path);
  const session = db.prepare("INSERT INTO sessions (session_id, device_id, client_id, started_at, ended_at) VALUES (?, ?, 'c', ?, ?)");
  const turn = db.prepare(
    "INSERT INTO turns (turn_id, session_id, device_id, started_at, source, user_text, outcome, reply_text, heard_text, ended_at) " +
      "VALUES (?, ?, ?, ?, 'speech', ?, 'completed', ?, ?, ?)",
  );
  const entry = db.prepare("INSERT INTO outbox (turn_id, created_at) VALUES (?, ?)");
  const reply = "明天多云转晴，最高气温二十五度。".repeat(5);
  db.exec("BEGIN");
  for (let n = 0; n < 10; n++) session.run(`session-${n}`, `device-${n}`, n, n + count);
  for (let n = 0; n < count; n++) {
    const turnId = `01KDZ${String(n).padStart(21, "0")}`;
    turn.run(turnId, `session-${n % 10}`, `device-${n % 10}`, n, `明天天气怎么样？ ${n}`, reply, reply, n + 1);
    entry.run(turnId, n);
  }
  db.exec("COMMIT");
  db.close();
}
