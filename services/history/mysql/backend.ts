/**
 * The archive on a MySQL or MariaDB server.
 *
 * @module
 */

import { type CompiledQuery, InsertQueryNode, type Kysely, sql } from "kysely";
import { breathe } from "../../../base/breathe.ts";
import type { Clock } from "../../../base/clock.ts";
import { AppError } from "../../../base/errors.ts";
import type { Database } from "../../database/database.ts";
import { kyselyOn } from "../../database/kysely.ts";
import { retrying } from "../../database/retry.ts";
import type { Session } from "../../database/session.ts";
import type { ArchiveBackend, ArchiveDialect, Insert } from "../archive/backend.ts";
import { tablePrefix } from "../archive/table_prefix.ts";
import { containsAll } from "../archive/text.ts";
import { type Outcome, runAsync, type Work } from "../archive/work.ts";
import type { HistorySchema, SessionsTable, TurnsTable } from "../schema.ts";

/**
 * The history on a server, which several nodes share: open sessions and drafts bear the node that has them, so that a node that starts
 * again closes its own and nobody else's.
 */
export interface MysqlSchema extends Omit<HistorySchema, "sessions" | "turns"> {
  sessions: SessionsTable & { node: string };
  turns: TurnsTable & { node: string };
}

/** The archive's backend, with what the store needs beside it. */
export interface MysqlBackend extends ArchiveBackend {
  /** The same builder, with the columns that only this database has. */
  readonly own: Kysely<MysqlSchema>;
  /** Does work of a single statement, which needs no transaction. */
  single<T>(work: () => Work<T>): Promise<T>;
}

/** A database server as an archive. */
export function mysqlBackend(database: Database, clock: Clock): MysqlBackend {
  const own = kyselyOn<MysqlSchema>(database, [tablePrefix(database.prefix)]);
  const run = <T>(session: Session, work: Work<T>) => runAsync(work, (query) => execute(session, query));
  const single: MysqlBackend["single"] = (work) => retrying(database, () => database.use((session) => run(session, work())));
  return {
    // An insert without a node means the column's default, which the builder cannot know.
    builder: own as unknown as Kysely<HistorySchema>,
    own,
    dialect,
    clock,
    read: single,
    single,
    write: (work) =>
      retrying(database, () =>
        database.use(async (session) => {
          // Only here do locking reads hold that a row is not there: see ArchiveDialect.holdRead.
          await session.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
          return await session.transaction(() => run(session, work()));
        })),
    breathe,
  };
}

const dialect: ArchiveDialect = {
  ignoreExisting: <Table extends keyof HistorySchema, Result>(insert: Insert<Table, Result>) => {
    const node = insert.toOperationNode();
    const column = InsertQueryNode.is(node) ? node.columns?.[0]?.column.name : undefined;
    if (column === undefined) throw new AppError("Cannot ignore existing rows of an insert without columns", { code: "history_failed" });
    // Not INSERT IGNORE, which also ignores what does not fit. A column that is set to itself is no change.
    return insert.modifyEnd(sql`on duplicate key update ${sql.ref(column)} = ${sql.ref(column)}`);
  },
  holdRead: sql`lock in share mode`,
  holdWrite: sql`for update`,
  /**
   * The text itself is read, newest turns first. InnoDB's FULLTEXT is not used: after a crash of the server it misses rows that are inserted
   * until it is asked for the first time (MariaDB 10.11), and an n-gram parser, which Chinese needs, is in MySQL alone.
   */
  // deno-lint-ignore require-yield -- no index is asked
  *matching(words) {
    return containsAll(words);
  },
};

async function execute(session: Session, query: CompiledQuery): Promise<Outcome> {
  const result = await session.query(query.sql, query.parameters);
  return Array.isArray(result) ? { rows: result, changes: 0 } : { rows: [], changes: result.affectedRows };
}
