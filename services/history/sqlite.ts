/**
 * The chat history in an SQLite file: the store that needs nothing else, and the outbox in front of any other.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { Kysely } from "kysely";
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { audioPath, type AudioSide, sweepAudio, writeAudio } from "./audio_files.ts";
import { SqliteFile } from "./database.ts";
import { eraseMemory, readMemory, readRole, readUsage, writeMemory, writeRole } from "./device_rows.ts";
import type { DeviceMemory, DeviceStore, DeviceUsage } from "./device_store.ts";
import { HistoryError } from "./errors.ts";
import { migrate } from "./migrations.ts";
import type { Outbox, OutboxEntry } from "./outbox.ts";
import { listSessions, listTurns, pendingOutbox, queryBuilder, type SessionQuery, type TurnQuery } from "./queries.ts";
import { closeCrashed } from "./recovery.ts";
import type { HistorySchema } from "./schema.ts";
import { WalFlush } from "./wal_flush.ts";
import type { HistoryStore, SessionRecord, SessionSummary, StoredTurn, TurnDraft, TurnRecord } from "./store.ts";

/** Name of the database below the data directory. */
export const HISTORY_FILE = "history.db";

/** Up to this size the whole file is checked at start, bytes: checking reads it all, about 0.3 s for this much. */
const CHECK_MAX_BYTES = 64 * 1024 * 1024;

/** What {@link openSqliteHistory} needs. */
export interface SqliteHistoryOptions {
  /** Made when missing. One process a directory: see `lockDataDir`. */
  readonly dataDir: string;
  readonly clock: Clock;
  /** Hears what was repaired at start and audio that could not be kept. */
  readonly logger?: Logger;
  /**
   * Whether commits are flushed to disk beside the event loop, several together: for a process that plays audio meanwhile. They take as long
   * and are as durable. @default {false}
   */
  readonly flushBeside?: boolean;
}

/** A history store with its outbox, and what is kept of devices. */
export interface SqliteHistory extends HistoryStore, Outbox, DeviceStore {}

/**
 * Opens the history of a data directory: applies migrations, closes what a crash left open, and sweeps audio that belongs to no turn.
 *
 * @throws {HistoryError} `history_newer`, `history_corrupt`, `history_busy` or `disk_full`.
 */
export async function openSqliteHistory(options: SqliteHistoryOptions): Promise<SqliteHistory> {
  const { dataDir, clock, logger } = options;
  await Deno.mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, HISTORY_FILE);
  const db = new SqliteFile(path);
  try {
    check(db, (await Deno.stat(path)).size);
    migrate(db, clock);
    const crashed = closeCrashed(db, clock);
    const isEmpty = db.prepare("SELECT 1 FROM turns LIMIT 1").get() === undefined;
    const referred = db.prepare("SELECT 1 FROM turns WHERE turn_id = ? AND (audio_user = ? OR audio_reply = ?)");
    const byPath = db.prepare("SELECT 1 FROM turns WHERE audio_user = ? OR audio_reply = ?");
    const known = (file: string) => {
      const turnId = file.slice(file.lastIndexOf("/") + 1).split(".", 1)[0] ?? "";
      return (turnId.startsWith("id_") ? byPath.get(file, file) : referred.get(turnId, file, file)) !== undefined;
    };
    // A history without turns says nothing about the files: the database may have been moved aside, and its audio must outlive that.
    const swept = isEmpty ? 0 : await sweepAudio(dataDir, known);
    if (crashed.turns + crashed.sessions + swept > 0) {
      logger?.warn("The last process ended early: closed {turns} turns and {sessions} sessions as crashed, deleted {files} audio files", {
        ...crashed,
        files: swept,
      });
    }
    db.opened();
    return new SqliteStore(db, options);
  } catch (error) {
    db[Symbol.dispose]();
    throw error;
  }
}

function check(db: SqliteFile, bytes: number): void {
  if (bytes > CHECK_MAX_BYTES) return;
  const found = String(db.prepare("PRAGMA quick_check(1)").get()?.quick_check ?? "ok");
  if (found === "ok") return;
  throw new HistoryError(
    `Cannot open the history: database '${db.path}' is damaged (${found.replaceAll("\n", " ")}); move it aside or restore a copy`,
    "history_corrupt",
  );
}

/** SQLite's text ends at the first NUL when it is read, so one from outside would cost all that follows it. */
function text(value: string): string {
  return value.replaceAll("\0", "\uFFFD");
}

class SqliteStore implements SqliteHistory {
  readonly #db: SqliteFile;
  readonly #read: Kysely<HistorySchema>;
  readonly #dataDir: string;
  readonly #clock: Clock;
  readonly #logger: Logger | undefined;
  /** Commits under way, by turn id: they wait only while audio is written. */
  readonly #committing = new Map<string, Promise<void>>();
  /** Marks of committed turns that the next write takes along: see {@link HistoryStore.notePersisted}. */
  readonly #persisted = new Map<string, number>();
  /** Flushes what is committed; absent where SQLite does so itself, within the commit. */
  readonly #wal: WalFlush | undefined;
  /** Whether the log has been flushed by SQLite itself once, which makes its entry in the folder durable, too. */
  #walIsThere = false;
  #serial = 0;

  constructor(db: SqliteFile, options: SqliteHistoryOptions) {
    this.#db = db;
    this.#read = queryBuilder(db);
    this.#wal = options.flushBeside === true ? new WalFlush(db.path) : undefined;
    this.#dataDir = options.dataDir;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  // deno-lint-ignore require-await -- async so that a failure is a rejection, never a throw at the call
  async openSession(session: SessionRecord): Promise<void> {
    const insert = this.#db.prepare(
      "INSERT INTO sessions (session_id, device_id, client_id, started_at, ended_at, end_reason) VALUES (?, ?, ?, ?, ?, ?) " +
        "ON CONFLICT (session_id) DO NOTHING",
    );
    this.#write(() =>
      insert.run(
        text(session.sessionId),
        text(session.deviceId),
        text(session.clientId),
        Math.round(session.startedAt),
        session.endedAt === undefined ? null : Math.round(session.endedAt),
        session.endReason ?? null,
      )
    );
  }

  // deno-lint-ignore require-await -- as above
  async closeSession(sessionId: string, endedAt: number, reason: string): Promise<void> {
    const update = this.#db.prepare("UPDATE sessions SET ended_at = ?, end_reason = ? WHERE session_id = ? AND ended_at IS NULL");
    this.#write(() => update.run(Math.round(endedAt), reason, sessionId));
  }

  // deno-lint-ignore require-await -- as above
  async draftTurn(draft: TurnDraft): Promise<void> {
    const { turnId, sessionId, deviceId, startedAt, source, userText } = draft;
    const insert = this.#db.prepare(
      "INSERT INTO turns (turn_id, session_id, device_id, started_at, source, user_text) VALUES (?, ?, ?, ?, ?, ?) " +
        "ON CONFLICT (turn_id) DO UPDATE SET user_text = excluded.user_text WHERE outcome IS NULL",
    );
    // A draft stands between the person's words and the answer, and there may be one of each device in the same second.
    this.#write(() => insert.run(turnId, text(sessionId), text(deviceId), Math.round(startedAt), source, text(userText)));
  }

  notePersisted(turnId: string, persistedMs: number): void {
    this.#persisted.set(turnId, persistedMs);
  }

  commitTurn(turn: TurnRecord): Promise<void> {
    const running = this.#committing.get(turn.turnId);
    if (running !== undefined) return running;
    const commit = this.#commit(turn).finally(() => this.#committing.delete(turn.turnId));
    this.#committing.set(turn.turnId, commit);
    return commit;
  }

  // deno-lint-ignore require-await -- as above
  async listSessions(query?: SessionQuery): Promise<readonly SessionSummary[]> {
    return listSessions(this.#read, query);
  }

  // deno-lint-ignore require-await -- as above
  async listTurns(query?: TurnQuery): Promise<readonly StoredTurn[]> {
    return listTurns(this.#read, query);
  }

  // deno-lint-ignore require-await -- as above
  async pendingOutbox(limit = 100): Promise<readonly OutboxEntry[]> {
    return pendingOutbox(this.#read, limit);
  }

  // deno-lint-ignore require-await -- as above
  async acknowledge(seq: number): Promise<void> {
    this.#db.prepare("DELETE FROM outbox WHERE seq = ?").run(seq);
  }

  // deno-lint-ignore require-await -- as above
  async memoryOf(deviceId: string): Promise<DeviceMemory | undefined> {
    return readMemory(this.#db, text(deviceId));
  }

  // deno-lint-ignore require-await -- as above
  async saveMemory(memory: DeviceMemory): Promise<boolean> {
    return writeMemory(this.#db, { ...memory, deviceId: text(memory.deviceId) });
  }

  // deno-lint-ignore require-await -- as above
  async forgetMemory(deviceId: string, at: number): Promise<boolean> {
    return eraseMemory(this.#db, text(deviceId), at);
  }

  // deno-lint-ignore require-await -- as above
  async roleOf(deviceId: string): Promise<string | undefined> {
    return readRole(this.#db, text(deviceId));
  }

  // deno-lint-ignore require-await -- as above
  async saveRole(deviceId: string, role: string | undefined): Promise<void> {
    writeRole(this.#db, text(deviceId), role);
  }

  // deno-lint-ignore require-await -- as above
  async usageOf(deviceId: string, from: number, until: number): Promise<DeviceUsage> {
    return readUsage(this.#db, text(deviceId), from, until);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#committing.values());
    await this.#wal?.[Symbol.asyncDispose]();
    try {
      this.#write(() => {});
    } catch (error) {
      this.#logger?.warn("Marks of the last turns were not kept: {reason}", { reason: messageOf(error) });
    }
    this.#db[Symbol.dispose]();
  }

  /** Writes, with what was waiting for a write; in one transaction, which is one flush to disk, where something was. */
  #write(body: () => void): void {
    this.#db.relaxed(() => {
      if (this.#persisted.size === 0) return body();
      this.#db.transaction(() => {
        this.#writePersisted();
        body();
      });
      this.#persisted.clear();
    });
  }

  #writePersisted(): void {
    const update = this.#db.prepare("UPDATE turns SET timings = json_set(timings, '$.persistedMs', ?) WHERE turn_id = ?");
    for (const [turnId, ms] of this.#persisted) update.run(ms, turnId);
  }

  async #commit(turn: TurnRecord): Promise<void> {
    const committed = this.#db.prepare("SELECT 1 FROM turns WHERE turn_id = ? AND outcome IS NOT NULL").get(turn.turnId);
    // What was committed before may not have reached the disk.
    if (committed !== undefined) return await this.#wal?.flushed();
    const user = turn.audio?.user === undefined ? null : await this.#keep(turn, "user", turn.audio.user);
    const reply = turn.audio?.reply === undefined ? null : await this.#keep(turn, "reply", turn.audio.reply);
    const commit = () =>
      this.#db.transaction(() => {
        this.#writePersisted();
        const { changes } = this.#db.prepare(
          "INSERT INTO turns (turn_id, session_id, device_id, started_at, source, user_text, outcome, reply_text, heard_text, heard_ms, " +
            "ended_at, timings, error_code, error_message, audio_user, audio_reply) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) " +
            "ON CONFLICT (turn_id) DO UPDATE SET session_id = excluded.session_id, device_id = excluded.device_id, " +
            "started_at = excluded.started_at, source = excluded.source, user_text = excluded.user_text, outcome = excluded.outcome, " +
            "reply_text = excluded.reply_text, heard_text = excluded.heard_text, heard_ms = excluded.heard_ms, " +
            "ended_at = excluded.ended_at, timings = excluded.timings, error_code = excluded.error_code, " +
            "error_message = excluded.error_message, audio_user = excluded.audio_user, audio_reply = excluded.audio_reply " +
            "WHERE turns.outcome IS NULL",
        ).run(
          turn.turnId,
          text(turn.sessionId),
          text(turn.deviceId),
          Math.round(turn.startedAt),
          turn.source,
          text(turn.userText),
          turn.outcome,
          text(turn.replyText),
          text(turn.heardText),
          turn.heardMs,
          Math.round(turn.endedAt),
          JSON.stringify(turn.timings),
          turn.error?.code ?? null,
          turn.error === undefined ? null : text(turn.error.message),
          user,
          reply,
        );
        if (changes === 0) return;
        this.#db.prepare("INSERT INTO outbox (turn_id, created_at) VALUES (?, ?)").run(turn.turnId, this.#clock.wall());
      });
    if (this.#wal !== undefined && this.#walIsThere) this.#db.relaxed(commit);
    else commit();
    this.#walIsThere = true;
    this.#persisted.clear();
    await this.#wal?.flushed();
  }

  /** Writes audio before the commit; a turn whose audio cannot be kept is still a turn. */
  async #keep(turn: TurnRecord, side: AudioSide, bytes: Uint8Array): Promise<string | null> {
    try {
      return await writeAudio(this.#dataDir, audioPath(turn.deviceId, turn.turnId, side), bytes, this.#serial++);
    } catch (error) {
      this.#logger?.error("Audio of turn {turnId} was not kept: {reason}", { turnId: turn.turnId, side, reason: messageOf(error) });
      return null;
    }
  }
}
