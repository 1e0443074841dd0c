/**
 * The own tables of this runtime on a database server, as numbered steps.
 *
 * Ids have 191 characters, more than any device or stock server gives, and short enough for an index of two of them. Times are Unix
 * milliseconds, as in SQLite: no time zone of a server or a session can change what they mean. Texts may be longer than the 64 kB of TEXT.
 *
 * @module
 */

import { column, table } from "./migrations/change.ts";
import type { DatabaseStep } from "./migrations/migrate.ts";

/** All steps, in order. */
export const DATABASE_STEPS: readonly DatabaseStep[] = [{
  version: 1,
  name: "sessions and turns",
  changes: [
    table(
      "sessions",
      `session_id VARCHAR(191) PRIMARY KEY,
      device_id VARCHAR(191) NOT NULL,
      client_id VARCHAR(512) NOT NULL,
      started_at BIGINT NOT NULL,
      ended_at BIGINT,
      end_reason VARCHAR(191),
      title TEXT,
      node VARCHAR(191) NOT NULL DEFAULT '',
      INDEX sessions_by_time (started_at, session_id),
      INDEX sessions_by_device (device_id, started_at, session_id),
      INDEX sessions_by_node (node, ended_at)`,
    ),
    table(
      "turns",
      `turn_id VARCHAR(191) PRIMARY KEY,
      session_id VARCHAR(191) NOT NULL,
      device_id VARCHAR(191) NOT NULL,
      started_at BIGINT NOT NULL,
      source VARCHAR(16) NOT NULL,
      user_text MEDIUMTEXT NOT NULL,
      outcome VARCHAR(16),
      reply_text MEDIUMTEXT NOT NULL,
      heard_text MEDIUMTEXT NOT NULL,
      heard_ms DOUBLE NOT NULL DEFAULT 0,
      ended_at BIGINT,
      timings TEXT NOT NULL,
      error_code VARCHAR(191),
      error_message MEDIUMTEXT,
      audio_user VARCHAR(512),
      audio_reply VARCHAR(512),
      origin VARCHAR(512),
      search_text LONGTEXT NOT NULL,
      node VARCHAR(191) NOT NULL DEFAULT '',
      INDEX turns_by_time (started_at, turn_id),
      INDEX turns_by_session (session_id, started_at, turn_id),
      INDEX turns_by_device (device_id, started_at, turn_id),
      INDEX turns_by_node (node, outcome)`,
    ),
  ],
}, {
  version: 2,
  name: "memory and role of devices",
  changes: [
    table(
      "device_memory",
      `device_id VARCHAR(191) PRIMARY KEY,
      summary MEDIUMTEXT NOT NULL,
      covers_until BIGINT NOT NULL,
      version BIGINT NOT NULL`,
    ),
    table(
      "device_roles",
      `device_id VARCHAR(191) PRIMARY KEY,
      role VARCHAR(191) NOT NULL`,
    ),
  ],
}, {
  version: 3,
  name: "erasures",
  changes: [
    table(
      "erased",
      `kind VARCHAR(16) NOT NULL,
      id VARCHAR(191) NOT NULL,
      until_at BIGINT NOT NULL,
      erased_at BIGINT NOT NULL,
      pending TINYINT NOT NULL,
      PRIMARY KEY (kind, id),
      INDEX erased_pending (pending)`,
    ),
  ],
}, {
  version: 4,
  name: "leases",
  changes: [
    table(
      "leases",
      `name VARCHAR(191) PRIMARY KEY,
      token BIGINT NOT NULL,
      holder VARCHAR(191) NOT NULL,
      connection_id BIGINT NOT NULL,
      expires_at BIGINT NOT NULL`,
    ),
  ],
}, {
  version: 5,
  name: "checkpoints of the sync",
  changes: [
    table(
      "sync_checkpoints",
      `source VARCHAR(191) PRIMARY KEY,
      checkpoint MEDIUMTEXT,
      token BIGINT NOT NULL,
      updated_at BIGINT NOT NULL`,
    ),
  ],
}, {
  version: 6,
  name: "registry of devices",
  changes: [
    table(
      "devices",
      `device_id VARCHAR(191) PRIMARY KEY,
      client_id VARCHAR(512) NOT NULL,
      first_seen_at BIGINT NOT NULL,
      last_seen_at BIGINT NOT NULL,
      firmware VARCHAR(512),
      board VARCHAR(512),
      device_language VARCHAR(191),
      language VARCHAR(191),
      name VARCHAR(512),
      alias VARCHAR(512),
      room VARCHAR(512),
      flags TEXT NOT NULL,
      retention_days INT`,
    ),
  ],
}, {
  version: 7,
  name: "sentences of answers",
  changes: [column("turns", "sentences", "MEDIUMTEXT", "turn_id")],
}];
