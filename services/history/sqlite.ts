/**
 * The chat history in an SQLite file: the store that needs nothing else, and the outbox in front of any other.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { DeviceTable } from "../devices/store.ts";
import type { HistoryArchive } from "./archive.ts";
import { createArchive } from "./archive/archive.ts";
import { resumeErasures } from "./archive/erase.ts";
import type { AudioBudget } from "./audio_budget.ts";
import { sweepAudio } from "./audio_files.ts";
import { SqliteFile } from "./database.ts";
import { sqliteDevices } from "./device_rows.ts";
import type { DeviceStore } from "./device_store.ts";
import { HistoryError } from "./errors.ts";
import { migrate } from "./migrations.ts";
import type { Outbox } from "./outbox.ts";
import { isDeliveredAudio } from "./prune.ts";
import { queryBuilder } from "./queries.ts";
import { closeCrashed } from "./recovery.ts";
import { sqliteBackend } from "./sqlite_archive.ts";
import { SqliteStore } from "./sqlite_store.ts";
import type { HistoryStore } from "./store.ts";

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
  /** Says whether there is room for more audio; without it there always is. */
  readonly audioBudget?: Pick<AudioBudget, "admits" | "added">;
  /**
   * Whether commits are flushed to disk beside the event loop, several together: for a process that plays audio meanwhile. They take as long
   * and are as durable. @default {false}
   */
  readonly flushBeside?: boolean;
}

/** A history store with its outbox, what is kept of devices, and the archive of all of it. */
export interface SqliteHistory extends HistoryStore, Outbox, DeviceStore, HistoryArchive {
  /** The table of the devices' registry. */
  readonly deviceTable: DeviceTable;
}

/**
 * Opens the history of a data directory: applies migrations, closes what a crash left open, erases what was being erased, and sweeps audio
 * that belongs to no turn.
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
    const builder = queryBuilder(db);
    const backend = sqliteBackend(db, builder, clock);
    await resumeErasures(backend);
    const swept = await sweep(db, dataDir);
    if (crashed.turns + crashed.sessions + swept > 0) {
      logger?.warn("The last process ended early: closed {turns} turns and {sessions} sessions as crashed, deleted {files} audio files", {
        ...crashed,
        files: swept,
      });
    }
    db.opened();
    return together(
      new SqliteStore(db, builder, options),
      sqliteDevices(db),
      createArchive(backend),
      new DeviceTable({ db: builder, dialect: "sqlite" }),
    );
  } catch (error) {
    db[Symbol.dispose]();
    throw error;
  }
}

/** Deletes audio without a turn; returns how much. */
async function sweep(db: SqliteFile, dataDir: string): Promise<number> {
  // A history without turns says nothing about the files: the database may have been moved aside, and its audio must outlive that.
  // One that knows of erasures is no such.
  const isNew = db.prepare("SELECT 1 FROM turns LIMIT 1").get() === undefined &&
    db.prepare("SELECT 1 FROM erased LIMIT 1").get() === undefined;
  if (isNew) return 0;
  const referred = db.prepare("SELECT 1 FROM turns WHERE turn_id = ? AND (audio_user = ? OR audio_reply = ?)");
  const byPath = db.prepare("SELECT 1 FROM turns WHERE audio_user = ? OR audio_reply = ?");
  return await sweepAudio(dataDir, (file) => {
    const turnId = file.slice(file.lastIndexOf("/") + 1).split(".", 1)[0] ?? "";
    const turn = turnId.startsWith("id_") ? byPath.get(file, file) : referred.get(turnId, file, file);
    return turn !== undefined || isDeliveredAudio(db, file);
  });
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

function together(store: SqliteStore, devices: DeviceStore, archive: HistoryArchive, deviceTable: DeviceTable): SqliteHistory {
  return {
    deviceTable,
    openSession: (session) => store.openSession(session),
    closeSession: (sessionId, endedAt, reason) => store.closeSession(sessionId, endedAt, reason),
    draftTurn: (draft) => store.draftTurn(draft),
    commitTurn: (turn) => store.commitTurn(turn),
    notePersisted: (turnId, persistedMs) => store.notePersisted(turnId, persistedMs),
    listSessions: (query) => store.listSessions(query),
    listTurns: (query) => store.listTurns(query),
    pendingOutbox: (limit, maxBytes) => store.pendingOutbox(limit, maxBytes),
    pendingSessions: (limit) => store.pendingSessions(limit),
    acknowledge: (what) => store.acknowledge(what),
    park: (what, reason) => store.park(what, reason),
    unpark: () => store.unpark(),
    outboxLoad: () => store.outboxLoad(),
    pruneDelivered: (before, limit) => store.pruneDelivered(before, limit),
    memoryOf: (deviceId) => devices.memoryOf(deviceId),
    saveMemory: (memory) => devices.saveMemory(memory),
    forgetMemory: (deviceId, at) => devices.forgetMemory(deviceId, at),
    roleOf: (deviceId) => devices.roleOf(deviceId),
    saveRole: (deviceId, role) => devices.saveRole(deviceId, role),
    usageOf: (deviceId, from, until) => devices.usageOf(deviceId, from, until),
    session: (sessionId) => archive.session(sessionId),
    turn: (turnId) => archive.turn(turnId),
    sessions: (query) => archive.sessions(query),
    turns: (query) => archive.turns(query),
    search: (query) => archive.search(query),
    retitle: (sessionId, title) => archive.retitle(sessionId, title),
    erase: (what) => archive.erase(what),
    apply: (batch, applyOptions) => archive.apply(batch, applyOptions),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
