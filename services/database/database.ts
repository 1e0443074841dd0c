/**
 * A MySQL or MariaDB server behind a pool of connections. A server that is down costs its callers an error, never a hang, and is used again
 * as soon as it is back.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { type Connection, createConnection, createPool, type Pool, type PoolConnection } from "mysql2/promise";
import { type Clock, delay } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { Config } from "../config/mod.ts";
import { HistoryError } from "../history/errors.ts";
import { Backoff } from "./backoff.ts";
import { databaseError } from "./errors.ts";
import { limited } from "./limited.ts";
import { type QueryObservation, type RunOptions, Session } from "./session.ts";
import { tlsOptions } from "./tls.ts";

/** At the end, how long statements that run may still take, milliseconds: within the 5 s that stopping may take. */
const LAST_STATEMENTS_MS = 1_500;
/** At the end, how long connections may take to say goodbye, milliseconds; a frozen server never answers. */
const GOODBYE_MS = 500;

/** What {@link openDatabase} needs. */
export interface DatabaseOptions {
  readonly config: Config["database"];
  readonly clock: Clock;
  readonly random: Random;
  /** Hears when the server is lost and found. */
  readonly logger?: Logger | undefined;
  /** Called when the server is reached after it was lost. Must not throw. */
  readonly onReachable?: (() => void) | undefined;
  /** Hears of every statement, for metrics. */
  readonly onQuery?: ((query: QueryObservation) => void) | undefined;
}

/**
 * Makes the pool. No connection is made yet, so a server that is down harms nobody until it is asked.
 *
 * @throws AppError with code `database_ca` or `database_tls`.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return new Database(options, await tlsOptions(options.config));
}

/** The server, or rather one database of it. */
export class Database implements AsyncDisposable {
  /** Host and port, for people. */
  readonly server: string;
  /** Name of the database. */
  readonly name: string;
  /** What the names of own tables begin with. */
  readonly prefix: string;
  /** Time of its limits and pauses. */
  readonly clock: Clock;
  /** Chance of its pauses. */
  readonly random: Random;
  readonly #options: DatabaseOptions;
  readonly #settings: Parameters<typeof createConnection>[0] & object;
  readonly #pool: Pool;
  readonly #backoff: Backoff;
  readonly #ready = new WeakSet<Connection>();
  readonly #connections = new Set<PoolConnection["connection"]>();
  readonly #sessions = new Set<Session>();
  readonly #closing = new AbortController();
  #isLost = false;

  /** Use {@link openDatabase}. */
  constructor(options: DatabaseOptions, ssl: Awaited<ReturnType<typeof tlsOptions>>) {
    const { config, clock, random } = options;
    this.#options = options;
    this.server = `${config.host}:${config.port}`;
    this.name = config.name;
    this.prefix = config.tablePrefix;
    this.clock = clock;
    this.random = random;
    this.#backoff = new Backoff(clock, random);
    this.#settings = {
      host: config.host,
      port: config.port,
      user: config.user,
      password: config.password,
      database: config.name,
      charset: "UTF8MB4_BIN",
      timezone: "Z",
      supportBigNumbers: true,
      // An object is bound as its text, not as the assignments that mysql2 makes of it.
      stringifyObjects: true,
      // Rows that were found but already held the value do not count as changed: compare-and-set depends on it.
      flags: ["-FOUND_ROWS"],
      connectTimeout: config.connectTimeoutMs,
      ...(ssl === undefined ? {} : { ssl }),
    };
    this.#pool = createPool({ ...this.#settings, connectionLimit: config.poolSize });
    this.#pool.on("connection", (connection) => {
      const core = connection as unknown as PoolConnection["connection"];
      this.#connections.add(core);
      // Without a listener, what a dying connection says after it was taken out of the pool would end the process.
      core.on("error", () => this.#connections.delete(core));
      core.on("end", () => this.#connections.delete(core));
    });
  }

  /** Whether the last attempt to reach the server failed. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Sessions in use: 0 when all work is done. */
  get busy(): number {
    return this.#sessions.size;
  }

  /**
   * Runs `body` with a connection of its own.
   *
   * @throws {HistoryError} `history_unreachable` at once while the server is known to be down, `history_closed` after disposal.
   */
  async use<T>(body: (session: Session) => Promise<T>, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<T> {
    const session = await this.take(options);
    try {
      return await body(session);
    } finally {
      session.end();
    }
  }

  /**
   * A connection of the pool; end it.
   *
   * @throws {HistoryError} As {@link use}.
   */
  async take(options: { readonly signal?: AbortSignal | undefined; readonly isProbe?: boolean } = {}): Promise<Session> {
    const { connectTimeoutMs, readTimeoutMs } = this.#options.config;
    // All connections may be busy with a statement, and then a new one may be needed.
    const ms = connectTimeoutMs + readTimeoutMs;
    const connection = await this.#reach(
      (limit) => limited(this.#pool.getConnection(), limit, (late) => late.release()),
      { ms, ...options },
    );
    const session = this.#session(connection, (isBroken) => isBroken ? connection.destroy() : connection.release());
    const core = connection.connection;
    if (this.#ready.has(core as unknown as Connection)) return session;
    return await this.#prepared(session, () => this.#ready.add(core as unknown as Connection));
  }

  /**
   * A connection beside the pool, for what belongs to a connection, such as locks by name; end it.
   *
   * @throws {HistoryError} As {@link use}.
   */
  async dedicated(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<Session> {
    const ms = this.#options.config.connectTimeoutMs + GOODBYE_MS;
    const connection = await this.#reach(
      (limit) => limited(createConnection(this.#settings), limit, (late) => late.destroy()),
      { ms, ...options },
    );
    connection.on("error", () => {});
    // Nothing is asked of it any more, and a goodbye could wait for a frozen server.
    return await this.#prepared(this.#session(connection, () => connection.destroy()), () => {});
  }

  /**
   * Asks the server whether it is there, also while it is known to be down.
   *
   * @returns Milliseconds until it answered.
   * @throws {HistoryError} `history_unreachable` or `history_closed`.
   */
  async ping(signal?: AbortSignal): Promise<number> {
    const began = this.clock.now();
    const session = await this.take({ signal, isProbe: true });
    try {
      await session.rows("SELECT 1", [], { signal });
    } finally {
      session.end();
    }
    return this.clock.now() - began;
  }

  /** Lets what runs end for a moment, then ends it and all connections. Never takes longer than 2 s, frozen server or not. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new HistoryError(`Cannot use database server ${this.server} after it was closed`, "history_closed"));
    const deadline = new AbortController();
    const last = delay(this.clock, LAST_STATEMENTS_MS, deadline.signal).then(() => [...this.#sessions].forEach((each) => each.sever()));
    await Promise.race([this.#idle(), last]).catch(() => {});
    const goodbye = delay(this.clock, GOODBYE_MS, deadline.signal).catch(() => {});
    await Promise.race([this.#pool.end().catch(() => {}), goodbye]);
    deadline.abort();
    await last.catch(() => {});
    for (const connection of this.#connections) connection.destroy();
  }

  #session(connection: Connection, end: (isBroken: boolean) => void): Session {
    const { clock, config: { readTimeoutMs }, onQuery } = this.#options;
    const session: Session = new Session({
      connection,
      clock,
      server: this.server,
      readTimeoutMs,
      onQuery,
      onEnd: (isBroken) => {
        this.#sessions.delete(session);
        this.#onIdle?.();
        end(isBroken);
      },
    });
    this.#sessions.add(session);
    return session;
  }

  async #prepared(session: Session, then: () => void): Promise<Session> {
    try {
      await session.setUp();
      then();
      return session;
    } catch (error) {
      session.sever();
      throw error;
    }
  }

  #onIdle: (() => void) | undefined;

  #idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle = () => this.#sessions.size === 0 && resolve();
      this.#onIdle();
    });
  }

  async #reach<T>(
    connect: (limit: Parameters<typeof limited>[1]) => Promise<T>,
    options: RunOptions & { readonly ms: number; readonly isProbe?: boolean },
  ): Promise<T> {
    const { ms, signal, isProbe = false } = options;
    this.#closing.signal.throwIfAborted();
    const action = "connect";
    if (this.#backoff.waitMs > 0 && !isProbe) {
      const seconds = (this.#backoff.waitMs / 1_000).toFixed(1);
      throw new HistoryError(
        `Cannot ${action}: database server ${this.server} is down and is tried again in ${seconds} s`,
        "history_unreachable",
      );
    }
    const attempt = this.#backoff.begin();
    const any = signal === undefined ? this.#closing.signal : AbortSignal.any([this.#closing.signal, signal]);
    try {
      const error = () =>
        new HistoryError(`Cannot ${action}: database server ${this.server} gives none in ${ms} ms`, "history_unreachable");
      const connection = await connect({ clock: this.clock, ms, signal: any, error });
      attempt.succeeded();
      this.#found();
      return connection;
    } catch (thrown) {
      this.#closing.signal.throwIfAborted();
      if (signal?.aborted) throw new HistoryError(`Cannot ${action}: it was broken off`, "history_unreachable", signal.reason);
      const error = databaseError(thrown, action, this.server);
      attempt.failed();
      this.#lost(error);
      throw error;
    }
  }

  #found(): void {
    if (!this.#isLost) return;
    this.#isLost = false;
    this.#options.logger?.info("Database server {server} is back", { server: this.server });
    this.#options.onReachable?.();
  }

  #lost(error: HistoryError): void {
    if (!this.#isLost) {
      this.#options.logger?.warn("Database server {server} is lost: {reason}", { server: this.server, reason: error.message });
    }
    this.#isLost = true;
  }
}
