/**
 * The chat history on a MySQL or MariaDB server: shared by several nodes, behind the local outbox of each.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { Clock } from "../../../base/clock.ts";
import type { Database } from "../../database/database.ts";
import { migrateDatabase } from "../../database/migrations/migrate.ts";
import { DATABASE_STEPS } from "../../database/steps.ts";
import type { HistoryArchive } from "../archive.ts";
import { createArchive } from "../archive/archive.ts";
import { resumeErasures } from "../archive/erase.ts";
import type { DeviceStore } from "../device_store.ts";
import type { HistoryStore } from "../store.ts";
import { mysqlBackend } from "./backend.ts";
import { mysqlDevices } from "./devices.ts";
import { closeCrashed } from "./recovery.ts";
import { MysqlStore } from "./store.ts";

/** What {@link openMysqlHistory} needs. */
export interface MysqlHistoryOptions {
  /** Stays open when the history is disposed of: leases and others use it, too. */
  readonly database: Database;
  /** Where audio is written. */
  readonly dataDir: string;
  /** Of this process among those that share the database; the same after it starts again, and no two at once have it. */
  readonly node: string;
  readonly clock: Clock;
  /** Hears what was repaired at start and audio that could not be kept. */
  readonly logger?: Logger | undefined;
  /** Ends the opening early. */
  readonly signal?: AbortSignal | undefined;
}

/** A history store, what is kept of devices, and the archive of all of it. The outbox is local: see `openSqliteHistory`. */
export interface MysqlHistory extends HistoryStore, DeviceStore, HistoryArchive {}

/**
 * Opens the history on a server: brings its tables up to date, closes what a crash of this node left open, and erases what was being erased.
 *
 * @throws {HistoryError} `history_unreachable` (retryable), `history_newer`, `history_busy` or `history_failed`.
 */
export async function openMysqlHistory(options: MysqlHistoryOptions): Promise<MysqlHistory> {
  const { database, node, clock, logger, signal } = options;
  const { from, to } = await migrateDatabase(database, { steps: DATABASE_STEPS, signal });
  if (from !== to) logger?.info("Brought database {name} from version {from} to {to}", { name: database.name, from, to });
  const backend = mysqlBackend(database, clock);
  const crashed = await closeCrashed(backend, node);
  if (crashed.turns + crashed.sessions > 0) {
    logger?.warn("The last process of node {node} ended early: closed {turns} turns and {sessions} sessions as crashed", {
      node,
      ...crashed,
    });
  }
  await resumeErasures(backend);
  return together(new MysqlStore(backend, options), mysqlDevices(backend), createArchive(backend));
}

function together(store: MysqlStore, devices: DeviceStore, archive: HistoryArchive): MysqlHistory {
  return {
    openSession: (session) => store.openSession(session),
    closeSession: (sessionId, endedAt, reason) => store.closeSession(sessionId, endedAt, reason),
    draftTurn: (draft) => store.draftTurn(draft),
    commitTurn: (turn) => store.commitTurn(turn),
    notePersisted: (turnId, persistedMs) => store.notePersisted(turnId, persistedMs),
    listSessions: (query) => store.listSessions(query),
    listTurns: (query) => store.listTurns(query),
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
