/**
 * The query builder over the database server. Table names get the prefix here, so that queries are the same for both databases.
 *
 * @module
 */

import {
  IdentifierNode,
  Kysely,
  type KyselyPlugin,
  MysqlDialect,
  OperationNodeTransformer,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  type QueryResult,
  type RootOperationNode,
  type SchemableIdentifierNode,
  type UnknownRow,
} from "kysely";
import { AppError } from "../../base/errors.ts";
import type { Database } from "./database.ts";
import type { Session } from "./session.ts";

/** What Kysely's dialect needs of a pool and of a connection; it names the types nowhere that one could import them from. */
type DialectPool = Exclude<ConstructorParameters<typeof MysqlDialect>[0]["pool"], (...args: never[]) => unknown>;
type DialectConnection = Parameters<Parameters<DialectPool["getConnection"]>[0]>[1];

/**
 * A query builder. It needs no closing: its connections are the database's.
 *
 * @param tables The tables whose names get the prefix.
 */
export function kyselyOn<S>(database: Database, tables: readonly (keyof S & string)[]): Kysely<S> {
  const pool: DialectPool = {
    getConnection: (callback) => {
      database.take().then(
        (session) => callback(null, connectionOf(session)),
        (error) => callback(error, undefined as unknown as DialectConnection),
      );
    },
    end: (callback) => callback(null),
  };
  return new Kysely<S>({ dialect: new MysqlDialect({ pool }), plugins: [new Prefixed(database.prefix, new Set(tables))] });
}

function connectionOf(session: Session): DialectConnection {
  return {
    config: {},
    threadId: 0,
    connect: (callback) => callback?.(null),
    query: (sql: string, values: readonly unknown[], callback) => {
      // Kysely rolls back what failed. A broken connection has done so by itself, and a second error would hide the first.
      if (session.broken && sql === "rollback") callback?.(null, [] as never);
      else {
        session.query(sql, values).then((result) => callback?.(null, result as never), (error) => callback?.(error, [] as never));
      }
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

/** Puts the prefix before the names of own tables, wherever a query names them as tables. */
class Prefixed implements KyselyPlugin {
  readonly #transformer: OperationNodeTransformer;

  constructor(prefix: string, tables: ReadonlySet<string>) {
    this.#transformer = new class extends OperationNodeTransformer {
      protected override transformSchemableIdentifier(node: SchemableIdentifierNode): SchemableIdentifierNode {
        if (node.schema !== undefined || !tables.has(node.identifier.name)) return node;
        return { ...node, identifier: IdentifierNode.create(prefix + node.identifier.name) };
      }
    }();
  }

  transformQuery(args: PluginTransformQueryArgs): RootOperationNode {
    return this.#transformer.transformNode(args.node, args.queryId);
  }

  transformResult(args: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return Promise.resolve(args.result);
  }
}
