/**
 * Sessions, drafts, commits and the outbox in an SQLite file.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { Kysely } from "kysely";
import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { ArchiveDialect } from "./archive/backend.ts";
import { storedText } from "./archive/text.ts";
import { type Erasable, readTombstones, type Tombstones } from "./archive/tombstones.ts";
import type { AudioBudget } from "./audio_budget.ts";
import type { SqliteFile } from "./database.ts";
import { KeptAudio } from "./kept_audio.ts";
import type { Outbox, OutboxEntry, OutboxLoad, OutboxTicket, SessionEntry } from "./outbox.ts";
import { acknowledge, announceSession, outboxLoad, park, pendingSessions, pendingTurns, unpark } from "./outbox_rows.ts";
import { pruneDelivered } from "./prune.ts";
import { listSessions, listTurns, type SessionQuery, type TurnQuery } from "./queries.ts";
import { type HistorySchema, sessionRow, TURN_COLUMNS, turnRow } from "./schema.ts";
import { indexTurns } from "./search_index.ts";
import { runOnFile, sqliteDialect } from "./sqlite_archive.ts";
import { WalFlush } from "./wal_flush.ts";
import type { HistoryStore, SessionRecord, SessionSummary, StoredTurn, TurnDraft, TurnRecord } from "./store.ts";

const WRITTEN = [...TURN_COLUMNS, "search_text"] as const;
const COMMIT = `INSERT INTO turns (${WRITTEN.join(", ")}) VALUES (${WRITTEN.map(() => "?").join(", ")}) ` +
  `ON CONFLICT (turn_id) DO UPDATE SET ${WRITTEN.slice(1).map((column) => `${column} = excluded.${column}`).join(", ")} ` +
  "WHERE turns.outcome IS NULL";

/** What {@link SqliteStore} needs. */
export interface SqliteStoreOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger?: Logger;
  readonly audioBudget?: Pick<AudioBudget, "admits" | "added">;
  /** Whether commits are flushed beside the event loop. @default {false} */
  readonly flushBeside?: boolean;
}

/** The store on an open, migrated file, which it closes when it is disposed of. */
export class SqliteStore implements HistoryStore, Outbox {
  readonly #db: SqliteFile;
  readonly #builder: Kysely<HistorySchema>;
  readonly #dialect: ArchiveDialect;
  readonly #options: SqliteStoreOptions;
  readonly #audio: KeptAudio;
  /** Commits under way, by turn id: they wait only while audio is written. */
  readonly #committing = new Map<string, Promise<void>>();
  /** Marks of committed turns that the next write takes along: see {@link HistoryStore.notePersisted}. */
  readonly #persisted = new Map<string, number>();
  /** Flushes what is committed; absent where SQLite does so itself, within the commit. */
  readonly #wal: WalFlush | undefined;
  /** Whether SQLite itself has flushed the log once, which makes its entry in the folder durable, too. */
  #walIsThere = false;

  constructor(db: SqliteFile, builder: Kysely<HistorySchema>, options: SqliteStoreOptions) {
    this.#db = db;
    this.#builder = builder;
    this.#dialect = sqliteDialect(builder);
    this.#wal = options.flushBeside === true ? new WalFlush(db.path) : undefined;
    this.#options = options;
    this.#audio = new KeptAudio(options);
  }

  // deno-lint-ignore require-await -- async so that a failure is a rejection, never a throw at the call
  async openSession(session: SessionRecord): Promise<void> {
    const insert = this.#db.prepare(
      "INSERT INTO sessions (session_id, device_id, client_id, started_at, ended_at, end_reason, title) VALUES (?, ?, ?, ?, ?, ?, ?) " +
        "ON CONFLICT (session_id) DO NOTHING",
    );
    const { session_id, device_id, client_id, started_at, ended_at, end_reason, title } = sessionRow(session);
    this.#write(() => insert.run(session_id, device_id, client_id, started_at, ended_at, end_reason, title));
  }

  // deno-lint-ignore require-await -- as above
  async closeSession(sessionId: string, endedAt: number, reason: string): Promise<void> {
    const update = this.#db.prepare("UPDATE sessions SET ended_at = ?, end_reason = ? WHERE session_id = ? AND ended_at IS NULL");
    this.#writeAll(() => {
      const { changes } = update.run(Math.round(endedAt), reason, storedText(sessionId));
      if (changes > 0) announceSession(this.#db, storedText(sessionId), this.#options.clock.wall());
    });
  }

  // deno-lint-ignore require-await -- as above
  async draftTurn(draft: TurnDraft): Promise<void> {
    const { turnId, sessionId, deviceId, startedAt, source, userText } = draft;
    const insert = this.#db.prepare(
      "INSERT INTO turns (turn_id, session_id, device_id, started_at, source, user_text) VALUES (?, ?, ?, ?, ?, ?) " +
        "ON CONFLICT (turn_id) DO UPDATE SET user_text = excluded.user_text WHERE outcome IS NULL",
    );
    const values = [storedText(turnId), storedText(sessionId), storedText(deviceId), Math.round(startedAt), source, storedText(userText)];
    // A draft stands between the person's words and the answer, and there may be one of each device in the same second.
    this.#write(() => insert.run(...values));
  }

  notePersisted(turnId: string, persistedMs: number): void {
    this.#persisted.set(storedText(turnId), persistedMs);
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
    return listSessions(this.#builder, query);
  }

  // deno-lint-ignore require-await -- as above
  async listTurns(query?: TurnQuery): Promise<readonly StoredTurn[]> {
    return listTurns(this.#builder, query);
  }

  async pendingOutbox(limit?: number, maxBytes?: number): Promise<readonly OutboxEntry[]> {
    const entries = await pendingTurns(this.#db, this.#builder, limit, maxBytes);
    return entries.map((entry) => {
      const persistedMs = this.#persisted.get(entry.turnId);
      return persistedMs === undefined ? entry : { ...entry, turn: { ...entry.turn, timings: { ...entry.turn.timings, persistedMs } } };
    });
  }

  pendingSessions(limit?: number): Promise<readonly SessionEntry[]> {
    return pendingSessions(this.#db, this.#builder, limit);
  }

  // deno-lint-ignore require-await -- as above
  async acknowledge(what: number | readonly OutboxTicket[]): Promise<void> {
    const tickets = typeof what === "number" ? [{ kind: "turn", seq: what } as const] : what;
    // What a power cut brings back is delivered once more and skipped there, which costs less than waiting for the disk here.
    this.#db.relaxed(() => acknowledge(this.#db, tickets));
  }

  // deno-lint-ignore require-await -- as above
  async park(what: readonly OutboxTicket[], reason: string): Promise<void> {
    this.#db.relaxed(() => park(this.#db, what, reason, this.#options.clock.wall()));
  }

  // deno-lint-ignore require-await -- as above
  async unpark(): Promise<number> {
    return this.#db.relaxed(() => unpark(this.#db));
  }

  // deno-lint-ignore require-await -- as above
  async outboxLoad(): Promise<OutboxLoad> {
    return outboxLoad(this.#db);
  }

  // deno-lint-ignore require-await -- as above
  async pruneDelivered(before: number, limit: number): Promise<number> {
    return this.#db.relaxed(() => pruneDelivered(this.#db, before, limit));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#committing.values());
    await this.#wal?.[Symbol.asyncDispose]();
    try {
      this.#write(() => {});
    } catch (error) {
      this.#options.logger?.warn("Marks of the last turns were not kept: {reason}", { reason: messageOf(error) });
    }
    this.#db[Symbol.dispose]();
  }

  /** Writes, with what was waiting for a write; in one transaction, which is one flush to disk, where something was. */
  #write(body: () => void): void {
    if (this.#persisted.size === 0) return this.#db.relaxed(body);
    this.#writeAll(body);
  }

  /** Writes what belongs together, with what was waiting for a write. */
  #writeAll(body: () => void): void {
    this.#db.relaxed(() =>
      this.#db.transaction(() => {
        this.#writePersisted();
        body();
      })
    );
    this.#persisted.clear();
  }

  #writePersisted(): void {
    const update = this.#db.prepare("UPDATE turns SET timings = json_set(timings, '$.persistedMs', ?) WHERE turn_id = ?");
    for (const [turnId, ms] of this.#persisted) update.run(ms, turnId);
  }

  async #commit(turn: TurnRecord): Promise<void> {
    const committed = this.#db.prepare("SELECT 1 FROM turns WHERE turn_id = ? AND outcome IS NOT NULL").get(storedText(turn.turnId));
    // What was committed before may not have reached the disk.
    if (committed !== undefined) return await this.#wal?.flushed();
    const audioFiles = await this.#audio.keep(turn);
    const row = turnRow({ ...turn, audioFiles });
    const isKept = this.#commitDurably(() => {
      this.#writePersisted();
      const tombstones = this.#tombstones(row);
      if (tombstones.covers(row)) {
        this.#db.prepare("DELETE FROM turns WHERE turn_id = ? AND outcome IS NULL").run(row.turn_id);
        return false;
      }
      const { changes } = this.#db.prepare(COMMIT).run(...WRITTEN.map((column) => row[column]));
      if (changes === 0) return true;
      if (tombstones.touches(row)) this.#reopen(row);
      this.#db.prepare("INSERT INTO outbox (turn_id, created_at) VALUES (?, ?)").run(row.turn_id, this.#options.clock.wall());
      indexTurns(this.#db);
      return true;
    });
    this.#persisted.clear();
    await this.#wal?.flushed();
    if (!isKept) await this.#audio.drop(audioFiles);
  }

  /** A transaction that is on the disk when it returns, or, with a flush beside it, when that is done. */
  #commitDurably<T>(body: () => T): T {
    const commit = () => this.#db.transaction(body);
    if (this.#wal !== undefined && this.#walIsThere) return this.#db.relaxed(commit);
    const result = commit();
    this.#walIsThere = true;
    return result;
  }

  #tombstones(turn: Erasable): Tombstones {
    return runOnFile(this.#db, readTombstones(this.#builder, this.#dialect, [turn]));
  }

  /** A session that was erased while it went on is there again from its next turn. */
  #reopen({ session_id, device_id, started_at }: Erasable): void {
    this.#db.prepare(
      "INSERT INTO sessions (session_id, device_id, client_id, started_at) VALUES (?, ?, '', ?) ON CONFLICT (session_id) DO NOTHING",
    ).run(session_id, device_id, started_at);
  }
}
