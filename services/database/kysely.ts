/**
 * The query builder over the database server.
 *
 * @module
 */

import { Kysely, type KyselyPlugin, MysqlDialect } from "kysely";
import { AppError } from "../../base/errors.ts";
import type { Database } from "./database.ts";
import type { Session } from "./session.ts";

/** What Kysely's dialect needs of a pool and of a connection; it names the types nowhere that one could import them from. */
type DialectPool = Exclude<ConstructorParameters<typeof MysqlDialect>[0]["pool"], (...args: never[]) => unknown>;
type DialectConnection = Parameters<Parameters<DialectPool["getConnection"]>[0]>[1];

/**
 * A query builder. It needs no closing: its connections are the database's.
 *
 * @param plugins Such as one that puts the prefix before the names of tables.
 */
export function kyselyOn<S>(database: Database, plugins: KyselyPlugin[]): Kysely<S> {
  const pool: DialectPool = {
    getConnection: (callback) => {
      database.take().then(
        (session) => callback(null, connectionOf(session)),
        (error) => callback(error, undefined as unknown as DialectConnection),
      );
    },
    end: (callback) => callback(null),
  };
  return new Kysely<S>({ dialect: new MysqlDialect({ pool }), plugins });
}

function connectionOf(session: Session): DialectConnection {
  return {
    config: {},
    threadId: 0,
    connect: (callback) => callback?.(null),
    query: (sql: string, values: readonly unknown[], callback) => {
      // Kysely rolls back what failed. A broken connection has done so by itself, and a second error would hide the first.
      if (session.broken && sql === "rollback") callback?.(null, [] as never);
      else session.query(sql, values).then((result) => callback?.(null, result as never), (error) => callback?.(error, [] as never));
      return {
        stream: () => {
          throw new AppError("Cannot stream rows; expected a query that reads a page", { code: "history_failed" });
        },
      };
    },
    release: () => session.end(),
    destroy: () => session.sever(),
  };
}
