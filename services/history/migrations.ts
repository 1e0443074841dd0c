/**
 * The shape of the history database, as numbered steps. The server only goes forward; a person may go back.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { searchText } from "./archive/text.ts";
import type { SqliteFile } from "./database.ts";
import { HistoryError } from "./errors.ts";
import { indexTurns } from "./search_index.ts";

/** One step. A step that was ever released is never edited; a change is a new step. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  /** The way back, for `deno task migrate down`; a step without one can be gone back to only by a copy of the file. */
  readonly down?: string;
  /** What SQL cannot do, after it and in the same transaction. */
  readonly then?: (db: SqliteFile) => void;
}

/**
 * All steps, in order. `turns` has no foreign key to `sessions`: a turn must be kept even when its session could not be recorded. A turn
 * without an outcome is a draft.
 */
export const migrations: readonly Migration[] = [{
  version: 1,
  name: "sessions, turns and outbox",
  down: "DROP TABLE outbox; DROP TABLE turns; DROP TABLE sessions",
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
  down: "DROP TABLE device_memory; DROP TABLE device_roles",
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
  name: "titles, origins, erasures and search",
  down: `
    DROP TRIGGER turns_deleted;
    DROP TRIGGER turns_reworded;
    DROP TABLE turn_pairs;
    DROP TABLE erased;
    DROP INDEX turns_by_search_id;
    DROP INDEX turns_unindexed;
    ALTER TABLE turns DROP COLUMN search_id;
    ALTER TABLE turns DROP COLUMN search_text;
    ALTER TABLE turns DROP COLUMN origin;
    ALTER TABLE sessions DROP COLUMN title;
  `,
  sql: `
    ALTER TABLE sessions ADD COLUMN title TEXT;
    ALTER TABLE turns ADD COLUMN origin TEXT;
    ALTER TABLE turns ADD COLUMN search_text TEXT NOT NULL DEFAULT '';
    -- The row of turn_pairs. Row ids of turns are no keys: VACUUM may give others.
    ALTER TABLE turns ADD COLUMN search_id INTEGER;
    CREATE UNIQUE INDEX turns_by_search_id ON turns (search_id);
    CREATE INDEX turns_unindexed ON turns (turn_id) WHERE search_id IS NULL;

    CREATE TABLE erased (
      kind TEXT NOT NULL,
      id TEXT NOT NULL,
      until_at INTEGER NOT NULL,
      erased_at INTEGER NOT NULL,
      pending INTEGER NOT NULL,
      PRIMARY KEY (kind, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX erased_pending ON erased (kind, id) WHERE pending = 1;

    CREATE VIRTUAL TABLE turn_pairs USING fts5 (pairs, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
    -- Erasing a device deletes many turns in a row; merging after each tenth of a segment, as by default, would make that half as slow again.
    INSERT INTO turn_pairs (turn_pairs, rank) VALUES ('deletemerge', 40);
    CREATE TRIGGER turns_deleted AFTER DELETE ON turns BEGIN
      DELETE FROM outbox WHERE turn_id = old.turn_id;
      DELETE FROM turn_pairs WHERE rowid = old.search_id;
    END;
    CREATE TRIGGER turns_reworded AFTER UPDATE OF search_text ON turns
    WHEN old.search_id IS NOT NULL AND old.search_text <> new.search_text BEGIN
      DELETE FROM turn_pairs WHERE rowid = old.search_id;
      UPDATE turns SET search_id = NULL WHERE turn_id = new.turn_id;
    END;
  `,
  then: (db) => {
    const fold = db.prepare("UPDATE turns SET search_text = ? WHERE turn_id = ?");
    for (const row of db.prepare("SELECT turn_id, user_text, reply_text FROM turns WHERE outcome IS NOT NULL").all()) {
      fold.run(searchText(String(row.user_text), String(row.reply_text)), String(row.turn_id));
    }
    indexTurns(db);
  },
}, {
  version: 4,
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

    -- Audio of turns that were delivered and deleted here: the archive refers to it.
    CREATE TABLE delivered_audio (path TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  `,
  down: `
    DROP TABLE delivered_audio;
    DROP TABLE session_outbox;
    DROP INDEX outbox_parked;
    DROP INDEX outbox_waiting;
    ALTER TABLE outbox DROP COLUMN parked_reason;
    ALTER TABLE outbox DROP COLUMN parked_at;
  `,
}, {
  version: 5,
  name: "registry of devices",
  sql: `
    CREATE TABLE devices (
      device_id TEXT PRIMARY KEY,
      client_id TEXT NOT NULL,
      first_seen_at INTEGER NOT NULL,
      last_seen_at INTEGER NOT NULL,
      firmware TEXT,
      board TEXT,
      device_language TEXT,
      language TEXT,
      name TEXT,
      alias TEXT,
      room TEXT,
      flags TEXT NOT NULL,
      retention_days INTEGER
    ) STRICT, WITHOUT ROWID;
    INSERT INTO devices (device_id, client_id, first_seen_at, last_seen_at, flags)
    SELECT device_id, max(client_id), min(started_at), max(coalesce(ended_at, started_at)), '{}' FROM sessions GROUP BY device_id;
  `,
  down: "DROP TABLE devices",
}, {
  version: 6,
  name: "checkpoints of the sync, and reports that were pushed",
  sql: `
    CREATE TABLE sync_checkpoints (
      source TEXT PRIMARY KEY,
      checkpoint TEXT,
      token INTEGER NOT NULL,
      updated_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE push_reports (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      hash TEXT NOT NULL UNIQUE,
      device_id TEXT NOT NULL,
      session_id TEXT NOT NULL,
      chat_type INTEGER NOT NULL,
      content TEXT NOT NULL,
      created_at TEXT NOT NULL,
      audio BLOB,
      received_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX push_reports_by_session ON push_reports (session_id, created_at, id);
    CREATE INDEX push_reports_by_age ON push_reports (received_at);
  `,
  down: "DROP TABLE push_reports; DROP TABLE sync_checkpoints",
}, {
  version: 7,
  name: "sentences of answers",
  sql: "ALTER TABLE turns ADD COLUMN sentences TEXT",
  down: "ALTER TABLE turns DROP COLUMN sentences",
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
      step.then?.(db);
      db.prepare("INSERT INTO schema_migrations (version, name, applied_at) VALUES (?, ?, ?)").run(step.version, step.name, clock.wall());
      applied++;
    });
  }
  return applied;
}

/**
 * Takes steps back, newest first, each in a transaction of its own. What only later versions keep is gone: copy the file first.
 *
 * @throws {HistoryError} `history_newer`; `history_failed` when a step has no way back.
 */
export function migrateDown(db: SqliteFile, target: number, steps: readonly Migration[] = migrations): void {
  const version = currentVersion(db, steps.at(-1)?.version ?? 0);
  const undone = steps.filter((step) => step.version > target && step.version <= version).reverse();
  const oneWay = undone.find((step) => step.down === undefined);
  if (oneWay !== undefined) {
    const right = `expected a target from ${oneWay.version}, or a copy of the file from before`;
    throw new HistoryError(`Cannot take step ${oneWay.version} (${oneWay.name}) of '${db.path}' back: ${right}`, "history_failed");
  }
  for (const step of undone) {
    db.transaction(() => {
      db.exec(step.down ?? "");
      db.prepare("DELETE FROM schema_migrations WHERE version = ?").run(step.version);
    });
  }
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
