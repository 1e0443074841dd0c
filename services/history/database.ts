/**
 * One connection to an SQLite file: pragmas, a cache of prepared statements, transactions, and errors in this project's words.
 *
 * @module
 */

import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { HistoryError, historyError } from "./errors.ts";

/** How long opening and migrating wait for another program's lock, milliseconds: nothing plays yet, so waiting harms nobody. */
const OPEN_BUSY_MS = 5_000;
/**
 * How long one statement waits for a lock while the server runs, milliseconds. The wait blocks the event loop, and with it every
 * device's 60 ms audio frames, so it stays near the two to five frames a device holds in advance.
 */
const RUN_BUSY_MS = 250;

/**
 * Prepared statements that are kept, each some kilobytes. The store has a few dozen; lists with many ids and searches with many words make
 * one for each number of them.
 */
const CACHED_STATEMENTS = 256;

/** A row as node:sqlite gives it: an object without a prototype. */
export type Row = Record<string, unknown>;

/** A prepared statement that reports failures as {@link HistoryError}. */
export interface Statement {
  /** Whether it returns rows. */
  readonly reader: boolean;
  all(...values: SQLInputValue[]): Row[];
  get(...values: SQLInputValue[]): Row | undefined;
  /** Rows changed, and the row id of the last insert. */
  run(...values: SQLInputValue[]): { readonly changes: number; readonly lastInsertRowid: number };
}

/** An open SQLite file. */
export class SqliteFile implements Disposable {
  /** The file. */
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, Statement>();
  #open = true;

  /**
   * @throws {HistoryError} `history_corrupt` when the file is no database, `history_busy` when it stays locked.
   */
  constructor(path: string, options: { readonly readOnly?: boolean } = {}) {
    this.path = path;
    try {
      this.#db = new DatabaseSync(path, { readOnly: options.readOnly ?? false, timeout: OPEN_BUSY_MS });
    } catch (error) {
      throw historyError(error, "open the history", path);
    }
    try {
      // One commit a turn has to survive a power cut, which WAL gives only with FULL.
      if (!options.readOnly) this.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
      // Opening reads nothing; this does, and so finds a file that is no database.
      this.prepare("SELECT count(*) FROM sqlite_schema").get();
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Ends the patient phase of opening: from now on a lock is waited for only briefly. */
  opened(): void {
    this.exec(`PRAGMA busy_timeout = ${RUN_BUSY_MS}`);
  }

  /** Runs statements that return nothing. */
  exec(sql: string): void {
    this.#guard(sql, () => this.#db.exec(sql));
  }

  /** A statement from the cache; preparing each time would cost 17 µs. */
  prepare(sql: string): Statement {
    const cached = this.#statements.get(sql);
    if (cached !== undefined) {
      // Put last again, so that the first is the one unused for longest.
      this.#statements.delete(sql);
      this.#statements.set(sql, cached);
      return cached;
    }
    const prepared: StatementSync = this.#guard(sql, () => this.#db.prepare(sql));
    const statement: Statement = {
      reader: prepared.columns().length > 0,
      all: (...values) => this.#guard(sql, () => prepared.all(...values)),
      get: (...values) => this.#guard(sql, () => prepared.get(...values)),
      run: (...values) =>
        this.#guard(sql, () => {
          const { changes, lastInsertRowid } = prepared.run(...values);
          return { changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) };
        }),
    };
    this.#statements.set(sql, statement);
    for (const oldest of this.#statements.keys()) {
      if (this.#statements.size <= CACHED_STATEMENTS) break;
      this.#statements.delete(oldest);
    }
    return statement;
  }

  /** Runs `body` in one transaction: all of it is durable on return, or none of it when it throws. `body` must not wait. */
  transaction<T>(body: () => T): T {
    this.exec("BEGIN IMMEDIATE");
    try {
      const result = body();
      this.exec("COMMIT");
      return result;
    } catch (error) {
      // After a full disk SQLite has rolled back by itself, and a second ROLLBACK would hide the reason.
      try {
        this.exec("ROLLBACK");
      } catch { /* the first error is the one to report */ }
      throw error;
    }
  }

  /**
   * Runs statements that survive a crash of the process at once, and a power cut only together with the next commit outside of this: the
   * event loop does not wait for the disk, which takes milliseconds that no device's audio has.
   */
  relaxed<T>(body: () => T): T {
    this.exec("PRAGMA synchronous = NORMAL");
    try {
      return body();
    } finally {
      this.exec("PRAGMA synchronous = FULL");
    }
  }

  /** Closes the file, folding the write-ahead log in. Later calls throw `history_closed`. */
  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#statements.clear();
    this.#db.close();
  }

  #guard<T>(sql: string, body: () => T): T {
    if (!this.#open) throw new HistoryError(`Cannot use history database '${this.path}' after it was closed`, "history_closed");
    try {
      return body();
    } catch (error) {
      throw historyError(error, `run "${sql.trim().split(/\s+/, 3).join(" ")}…"`, this.path);
    }
  }
}
