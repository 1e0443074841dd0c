/**
 * Leases on a MySQL or MariaDB server, for nodes that share one and no Redis.
 *
 * A holder has a lock by name (GET_LOCK) on a connection of its own, so a node that dies frees the lease with its connection, at once. A node
 * that is only paused keeps its connection: for that there is a row with the end of the lease, by the server's clock, after which whoever
 * wants the lease ends the connection of the holder. The row also counts the fencing tokens, and stays.
 *
 * @module
 */

import type { Database } from "../database/database.ts";
import { lockName } from "../database/lock.ts";
import type { Session } from "../database/session.ts";
import { HistoryError } from "../history/errors.ts";
import { checkLease } from "./check.ts";
import type { Grant, Leases } from "./lease.ts";

/** How long the lock of a connection that was ended is waited for, seconds; it is free as soon as the server has noticed. */
const FREE_SECONDS = 2;
/** Added to the time after which the server ends a connection that says nothing, seconds: the server counts whole ones. */
const SLACK_SECONDS = 2;
/** The time of the server, Unix milliseconds. */
const NOW = "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)";
/** What it says to a KILL of a connection that is gone. */
const NO_SUCH_THREAD = /\(1094\)/;

interface Held {
  readonly session: Session;
  grant: Grant;
}

/** Leases in a database whose tables are up to date (`migrateDatabase`). It stays open when they are disposed of. */
export function mysqlLeases(database: Database): Leases {
  return new MysqlLeases(database);
}

class MysqlLeases implements Leases {
  readonly #database: Database;
  readonly #table: string;
  readonly #held = new Map<string, Held>();
  /** The last call for each name: those of one node go one after the other. */
  readonly #calls = new Map<string, Promise<unknown>>();
  #isClosed = false;

  constructor(database: Database) {
    this.#database = database;
    this.#table = `\`${database.prefix}leases\``;
  }

  async acquire(name: string, holder: string, ttlMs: number): Promise<Grant | undefined> {
    checkLease(name, holder, ttlMs);
    return await this.#inTurn(name, async () => {
      const held = this.#held.get(name);
      if (held !== undefined && await this.#holds(held)) {
        return held.grant.holder === holder ? await this.#granted(held.session, name, holder, ttlMs) : undefined;
      }
      // Most who ask are refused, again and again: for that no connection is made.
      const usedBy = await this.#database.use((session) => this.#evict(session, name, holder));
      if (usedBy === "holder") return undefined;
      const session = await this.#database.dedicated();
      try {
        await this.#lastFor(session, ttlMs);
        const [row] = await session.rows("SELECT GET_LOCK(?, ?) AS got", [this.#lock(name), usedBy === "nobody" ? 0 : FREE_SECONDS]);
        if (Number(row?.got) === 1) return await this.#granted(session, name, holder, ttlMs);
      } catch (error) {
        session.end();
        throw error;
      }
      session.end();
      return undefined;
    });
  }

  async renew(grant: Grant, ttlMs: number): Promise<boolean> {
    checkLease(grant.name, grant.holder, ttlMs);
    return await this.#inTurn(grant.name, async () => {
      const held = this.#held.get(grant.name);
      if (held === undefined || held.grant.token !== grant.token) return await this.#not();
      try {
        await this.#lastFor(held.session, ttlMs);
        const { affectedRows } = await held.session.run(
          // The millisecond makes it a change even if it ends when it did: only changed rows are counted.
          `UPDATE ${this.#table} SET expires_at = ${NOW} + ? + (expires_at = ${NOW} + ?) ` +
            `WHERE name = ? AND token = ? AND connection_id = CONNECTION_ID() AND expires_at > ${NOW}`,
          [ttlMs, ttlMs, grant.name, grant.token],
        );
        if (affectedRows > 0) return true;
      } catch (error) {
        if (!isLost(error)) throw error;
      }
      this.#drop(held);
      return await this.#not();
    });
  }

  async release(grant: Grant): Promise<void> {
    await this.#inTurn(grant.name, async () => {
      const held = this.#held.get(grant.name);
      if (held === undefined || held.grant.token !== grant.token) return void await this.#not();
      try {
        // The lock goes last: until then nobody else writes the row.
        await held.session.run(`UPDATE ${this.#table} SET expires_at = 0 WHERE name = ? AND token = ?`, [grant.name, grant.token]);
        await held.session.rows("SELECT RELEASE_LOCK(?)", [this.#lock(grant.name)]);
      } catch (error) {
        if (!isLost(error)) throw error;
        await this.#not();
      } finally {
        this.#drop(held);
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    // Locks are free when their connections are gone, and a server that is frozen is not waited for.
    const sever = () => [...this.#held.values()].forEach(({ session }) => session.sever());
    sever();
    await Promise.allSettled(this.#calls.values());
    sever();
    this.#held.clear();
  }

  #lock(name: string): string {
    return lockName(`lease ${name}`, this.#database);
  }

  /** Runs `body` after what was asked for the same name before. */
  #inTurn<T>(name: string, body: () => Promise<T>): Promise<T> {
    const before = this.#calls.get(name) ?? Promise.resolve();
    const call = before.then(() => {
      if (this.#isClosed) throw new HistoryError("Cannot keep leases: the keeper is closed", "history_closed");
      return body();
    });
    const settled = call.catch(() => {}).finally(() => {
      if (this.#calls.get(name) === settled) this.#calls.delete(name);
    });
    this.#calls.set(name, settled);
    return call;
  }

  /** Whether a lease is still held: its connection may have ended, or its time. */
  async #holds(held: Held): Promise<boolean> {
    const { session, grant } = held;
    const sql = `SELECT 1 FROM ${this.#table} WHERE name = ? AND token = ? AND connection_id = CONNECTION_ID() AND expires_at > ${NOW}`;
    try {
      if ((await session.rows(sql, [grant.name, grant.token])).length > 0) return true;
    } catch (error) {
      if (!isLost(error)) throw error;
    }
    this.#drop(held);
    return false;
  }

  /** Looks who has the lock, and ends the connection of a holder whose time is over, or who asks for the lease anew. */
  async #evict(session: Session, name: string, holder: string): Promise<"nobody" | "holder" | "ended"> {
    const [lock] = await session.rows("SELECT IS_USED_LOCK(?) AS id", [this.#lock(name)]);
    if (lock?.id === null || lock?.id === undefined) return "nobody";
    const [row] = await session.rows(
      `SELECT holder, connection_id AS id, expires_at > ${NOW} AS is_live FROM ${this.#table} WHERE name = ?`,
      [name],
    );
    // One that has just got the lock has not written its row yet; if it never does, the server ends it by its silence.
    if (row === undefined || Number(row.id) !== Number(lock.id)) return "holder";
    if (Number(row.is_live) === 1 && row.holder !== holder) return "holder";
    try {
      await session.run(`KILL CONNECTION ${Number(lock.id)}`);
    } catch (error) {
      if (!(error instanceof HistoryError && NO_SUCH_THREAD.test(String((error.cause as Error | undefined)?.message)))) throw error;
    }
    return "ended";
  }

  /** Writes the row of a new grant and remembers it. The session has the lock. */
  async #granted(session: Session, name: string, holder: string, ttlMs: number): Promise<Grant> {
    await this.#lastFor(session, ttlMs);
    await session.run(
      `INSERT INTO ${this.#table} (name, token, holder, connection_id, expires_at) VALUES (?, 1, ?, CONNECTION_ID(), ${NOW} + ?) ` +
        "ON DUPLICATE KEY UPDATE token = token + 1, holder = VALUES(holder), connection_id = VALUES(connection_id), " +
        "expires_at = VALUES(expires_at)",
      [name, holder, ttlMs],
    );
    const [row] = await session.rows(`SELECT token FROM ${this.#table} WHERE name = ?`, [name]);
    const grant = { name, holder, token: Number(row?.token) };
    this.#held.set(name, { session, grant });
    return grant;
  }

  /** Lets the server end the connection when nothing is heard on it for longer than the lease lasts. */
  async #lastFor(session: Session, ttlMs: number): Promise<void> {
    await session.run(`SET SESSION wait_timeout = ${Math.ceil(ttlMs / 1_000) + SLACK_SECONDS}`);
  }

  #drop(held: Held): void {
    if (this.#held.get(held.grant.name)?.session === held.session) this.#held.delete(held.grant.name);
    held.session.end();
  }

  /** False, if the server can say so. */
  async #not(): Promise<false> {
    await this.#database.use((session) => session.rows("SELECT 1"));
    return false;
  }
}

function isLost(error: unknown): boolean {
  return error instanceof HistoryError && error.code === "history_unreachable";
}
