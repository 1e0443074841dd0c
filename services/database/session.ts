/**
 * One connection to the database server: every statement ends within its limit, and says in this project's words why it failed.
 *
 * @module
 */

import type { Connection, QueryResult, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import type { Clock } from "../../base/clock.ts";
import { HistoryError } from "../history/errors.ts";
import { databaseError, endsConnection } from "./errors.ts";
import { limited } from "./limited.ts";

/** A value of a statement. Others are refused: an object or an array would become several values, or SQL. */
export type SqlValue = string | number | bigint | boolean | null;

/** A row as the server gives it. */
export type Row = Record<string, unknown>;

/** What a statement without rows did. */
export interface Changed {
  /** Rows that were changed, not merely found; 2 for each row that `ON DUPLICATE KEY UPDATE` changed. */
  readonly affectedRows: number;
  readonly insertId: number;
}

/** A statement that ended. */
export interface QueryObservation {
  /** Its first word, in lower case: `select`, `insert`, `begin`… */
  readonly operation: string;
  /** From sending it to its last row, milliseconds. */
  readonly ms: number;
  /** The code of its error, where it failed. */
  readonly error?: string;
}

/** What {@link Session} needs. */
export interface SessionOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  /** Host and port, for people. */
  readonly server: string;
  /** How long a statement may take, milliseconds, unless it says otherwise. */
  readonly readTimeoutMs: number;
  readonly onQuery?: ((query: QueryObservation) => void) | undefined;
  /** Called once when the session ends: `broken` when its connection is of no use any more. */
  readonly onEnd: (broken: boolean) => void;
}

/** How a statement is run. */
export interface RunOptions {
  /** Milliseconds. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What every session begins with. Values are put into statements here, so how the server reads them is pinned: backslashes escape, strict
 * types. A lock is waited for less long than a statement, so that the answer says which it was. READ COMMITTED, because each statement here
 * decides by what is there now, and gap locks would only make nodes collide.
 */
const SET_UP = [
  "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', " +
  "innodb_lock_wait_timeout = 10, lock_wait_timeout = 20",
  "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
];

/** A connection in the hands of one user. */
export class Session {
  readonly #options: SessionOptions;
  readonly #over = new AbortController();
  #broken = false;
  #ended = false;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Whether its connection is of no use any more. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Prepares a new connection. */
  async setUp(): Promise<void> {
    for (const sql of SET_UP) await this.run(sql);
  }

  /**
   * Runs a statement that yields rows.
   *
   * @throws {HistoryError} Of any code.
   */
  async rows(sql: string, values: readonly SqlValue[] = [], options: RunOptions = {}): Promise<readonly Row[]> {
    const result = await this.query(sql, values, options);
    return Array.isArray(result) ? result as RowDataPacket[] : [];
  }

  /**
   * Runs a statement that changes something.
   *
   * @throws {HistoryError} Of any code.
   */
  async run(sql: string, values: readonly SqlValue[] = [], options: RunOptions = {}): Promise<Changed> {
    const { affectedRows = 0, insertId = 0 } = await this.query(sql, values, options) as Partial<ResultSetHeader>;
    return { affectedRows, insertId };
  }

  /** Runs `body` in a transaction; what it throws rolls it back. */
  async transaction<T>(body: () => Promise<T>): Promise<T> {
    await this.run("begin");
    try {
      const result = await body();
      await this.run("commit");
      return result;
    } catch (error) {
      // A broken connection has rolled back by itself, and the first error is the one to report.
      if (!this.#broken) await this.run("rollback").catch(() => {});
      throw error;
    }
  }

  /** Runs a statement and gives what mysql2 gives. */
  async query(sql: string, values: readonly unknown[] = [], options: RunOptions = {}): Promise<QueryResult> {
    const { clock, connection, server, readTimeoutMs, onQuery } = this.#options;
    const operation = /^\W*(\w+)/.exec(sql)?.[1]?.toLowerCase() ?? "";
    const action = operation === "" ? "run a statement" : `run ${operation.toUpperCase()}`;
    if (this.#ended || this.#broken) {
      throw new HistoryError(`Cannot ${action}: the connection to ${server} is closed`, "history_unreachable");
    }
    const odd = values.findIndex((value) => !isSqlValue(value));
    if (odd >= 0) {
      const right = `expected text, numbers, booleans or null as values, not ${typeof values[odd]}`;
      throw new HistoryError(`Cannot ${action}: ${right}`, "history_failed");
    }
    const ms = options.timeoutMs ?? readTimeoutMs;
    const error = () =>
      new HistoryError(`Cannot ${action}: database server ${server} does not answer within ${ms} ms`, "history_unreachable");
    const began = clock.now();
    let rows: QueryResult;
    try {
      const signal = options.signal === undefined ? this.#over.signal : AbortSignal.any([this.#over.signal, options.signal]);
      [rows] = await limited(connection.query(sql, values as SqlValue[]), { clock, ms, signal, error });
    } catch (thrown) {
      // An answer may still come after a wait that was given up, and would be taken for that of the next statement.
      const mapped = options.signal?.aborted && thrown === options.signal.reason
        ? new HistoryError(`Cannot ${action}: it was broken off`, "history_unreachable", thrown)
        : databaseError(thrown, action, server);
      if (endsConnection(mapped)) this.#broken = true;
      onQuery?.({ operation, ms: clock.now() - began, error: mapped.code });
      throw mapped;
    }
    onQuery?.({ operation, ms: clock.now() - began });
    return rows;
  }

  /** Gives the connection back, or ends it when it is broken. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.onEnd(this.#broken);
  }

  /** Ends the connection without a word; what runs on it rejects. */
  sever(): void {
    this.#broken = true;
    this.#over.abort(new HistoryError(`Cannot go on: the connection to ${this.#options.server} was ended`, "history_closed"));
    this.end();
  }
}

function isSqlValue(value: unknown): boolean {
  return value === null || ["string", "number", "bigint", "boolean"].includes(typeof value);
}
