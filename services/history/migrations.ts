/**
 * The shape of the history database, as numbered steps that only go forward.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { SqliteFile } from "./database.ts";
import { HistoryError } from "./errors.ts";

/** One step. A step that was ever released is never edited; a change is a new step. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/**
 * All steps, in order. `turns` has no foreign key to `sessions`: a turn must be kept even when its session could not be recorded. A turn
 * without an outcome is a draft.
 */
export const migrations: readonly Migration[] = [{
  version: 1,
  name: "sessions, turns and outbox",
  sql: `
    CREATE TABLE sessions (
      session_id TEXT PRIMARY KEY,
      device_id TEXT NOT NULL,
      client_id TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      ended_at INTEGER,
      end_reason TEXT
    ) STRICT;
    CREATE INDEX sessions_by_time ON sessions (started_at, session_id);
    CREATE INDEX sessions_by_device ON sessions (device_id, started_at, session_id);
    CREATE INDEX sessions_open ON sessions (session_id) WHERE ended_at IS NULL;

    CREATE TABLE turns (
      turn_id TEXT PRIMARY KEY,
      session_id TEXT NOT NULL,
      device_id TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      source TEXT NOT NULL,
      user_text TEXT NOT NULL,
      outcome TEXT,
      reply_text TEXT NOT NULL DEFAULT '',
      heard_text TEXT NOT NULL DEFAULT '',
      heard_ms REAL NOT NULL DEFAULT 0,
      ended_at INTEGER,
      timings TEXT NOT NULL DEFAULT '{}',
      error_code TEXT,
      error_message TEXT,
      audio_user TEXT,
      audio_reply TEXT
    ) STRICT;
    CREATE INDEX turns_by_time ON turns (started_at, turn_id);
    CREATE INDEX turns_by_session ON turns (session_id, started_at, turn_id);
    CREATE INDEX turns_by_device ON turns (device_id, started_at, turn_id);
    CREATE INDEX turns_open ON turns (turn_id) WHERE outcome IS NULL;

    CREATE TABLE outbox (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      turn_id TEXT NOT NULL UNIQUE REFERENCES turns (turn_id),
      created_at INTEGER NOT NULL
    ) STRICT;
  `,
}, {
  version: 2,
  name: "memory and role of devices",
  sql: `
    CREATE TABLE device_memory (
      device_id TEXT PRIMARY KEY,
      summary TEXT NOT NULL,
      covers_until INTEGER NOT NULL,
      version INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE device_roles (
      device_id TEXT PRIMARY KEY,
      role TEXT NOT NULL
    ) STRICT;
  `,
}, {
  version: 3,
  name: "delivery",
  sql: `
    ALTER TABLE outbox ADD COLUMN parked_at INTEGER;
    ALTER TABLE outbox ADD COLUMN parked_reason TEXT;
    CREATE INDEX outbox_waiting ON outbox (seq) WHERE parked_at IS NULL;
    CREATE INDEX outbox_parked ON outbox (seq) WHERE parked_at IS NOT NULL;

    CREATE TABLE session_outbox (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      session_id TEXT NOT NULL UNIQUE,
      created_at INTEGER NOT NULL,
      parked_at INTEGER,
      parked_reason TEXT
    ) STRICT;

    CREATE TABLE delivered_audio (path TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  `,
}];

/**
 * Brings the database to the newest of `steps`, each step in a transaction of its own.
 *
 * @returns How many steps were applied.
 * @throws {HistoryError} `history_newer` when the database knows more steps than `steps`.
 */
export function migrate(db: SqliteFile, clock: Clock, steps: readonly Migration[] = migrations): number {
  db.exec("CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL)");
  const known = steps.at(-1)?.version ?? 0;
  let applied = 0;
  for (const step of steps) {
    db.transaction(() => {
      // Read inside the transaction, so that two programs opening at once apply a step once.
      if (currentVersion(db, known) >= step.version) return;
      db.exec(step.sql);
      db.prepare("INSERT INTO schema_migrations (version, name, applied_at) VALUES (?, ?, ?)").run(step.version, step.name, clock.wall());
      applied++;
    });
  }
  return applied;
}

/**
 * The version of an existing database; 0 for a fresh one.
 *
 * @throws {HistoryError} `history_newer` when it is above `known`.
 */
export function currentVersion(db: SqliteFile, known: number = migrations.at(-1)?.version ?? 0): number {
  const version = Number(db.prepare("SELECT coalesce(max(version), 0) AS version FROM schema_migrations").get()?.version ?? 0);
  if (version > known) {
    throw new HistoryError(
      `Cannot open history database '${db.path}' of schema version ${version}: this program knows versions up to ${known}; ` +
        `use the later program that wrote it, or another data directory`,
      "history_newer",
    );
  }
  return version;
}
