/**
 * Errors of the chat history.
 *
 * @module
 */

import { AppError, messageOf } from "../../base/errors.ts";

/** Why the history failed. */
export type HistoryErrorCode =
  /** The database was written by a later version of this program. */
  | "history_newer"
  /** The file is no SQLite database, or its pages are damaged. */
  | "history_corrupt"
  /** Another program holds the write lock; the same call may succeed later. */
  | "history_busy"
  /** The disk has no room left; the same call may succeed once there is. */
  | "disk_full"
  /** The store was closed before the call. */
  | "history_closed"
  /** The database server cannot be reached or does not answer; the same call may succeed later. */
  | "history_unreachable"
  /** A cursor that no list of this store gave. */
  | "bad_cursor"
  /** Anything else the database said. */
  | "history_failed";

/** A failure of the chat history. */
export class HistoryError extends AppError {
  /** Which failure; {@link AppError.code} holds the same word. */
  declare readonly code: HistoryErrorCode;

  constructor(message: string, code: HistoryErrorCode, cause?: unknown) {
    super(message, { code, retryable: code === "history_busy" || code === "disk_full" || code === "history_unreachable", cause });
  }
}

/** Primary result codes, from https://www.sqlite.org/rescode.html. */
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/**
 * Turns what node:sqlite throws into a {@link HistoryError}. `exec` throws errors without a result code, so the text decides there.
 *
 * @param action What was being done, such as `commit turn 'X'`.
 * @param path The database file.
 */
export function historyError(thrown: unknown, action: string, path: string): HistoryError {
  if (thrown instanceof HistoryError) return thrown;
  const text = messageOf(thrown);
  const result = Number((thrown as { errcode?: unknown } | null)?.errcode ?? 0) & 0xff;
  if (result === SQLITE_NOTADB || result === SQLITE_CORRUPT || /not a database|malformed|disk image/i.test(text)) {
    return new HistoryError(
      `Cannot ${action}: history database '${path}' is damaged (${text}); move it aside or restore a copy`,
      "history_corrupt",
      thrown,
    );
  }
  if (result === SQLITE_BUSY || result === SQLITE_LOCKED || /is locked/i.test(text)) {
    return new HistoryError(`Cannot ${action}: another program is writing to history database '${path}'`, "history_busy", thrown);
  }
  if (result === SQLITE_FULL || /disk is full|ENOSPC|no space left/i.test(text)) {
    return new HistoryError(`Cannot ${action}: no space left for history database '${path}'; free some`, "disk_full", thrown);
  }
  return new HistoryError(`Cannot ${action} in history database '${path}': ${text}`, "history_failed", thrown);
}
