/**
 * What the archive needs of a database, and where databases differ.
 *
 * @module
 */

import type { Expression, InsertQueryBuilder, Kysely, SqlBool } from "kysely";
import type { Clock } from "../../../base/clock.ts";
import type { HistorySchema } from "../schema.ts";
import type { Work } from "./work.ts";

/** An insert into one of the tables. */
export type Insert<Table extends keyof HistorySchema, Result> = InsertQueryBuilder<HistorySchema, Table, Result>;

/** Where databases differ. */
export interface ArchiveDialect {
  /**
   * Makes an insert leave rows alone whose key is there already. What it reports as changed must be the rows that were inserted, also when
   * another transaction inserts the same at the same time.
   */
  ignoreExisting<Table extends keyof HistorySchema, Result>(insert: Insert<Table, Result>): Insert<Table, Result>;
  /**
   * What is added to the end of a select whose answer must hold until the transaction ends, such as `lock in share mode`: also that rows
   * are *not* there. Undefined where transactions are one after the other anyway.
   */
  readonly holdRead?: Expression<unknown>;
  /** What is added to the end of a select whose rows will be updated, such as `for update`. Undefined as above. */
  readonly holdWrite?: Expression<unknown>;
  /**
   * The condition on a row of `turns` that all of `words` occur in it. `containsAll` (archive/text.ts) is that on every database; an index
   * may find candidates for it. The words are folded (`searchWords`), at least one, and have no white space.
   */
  matching(words: readonly string[]): Work<Expression<SqlBool>>;
}

/** A database that holds an archive. */
export interface ArchiveBackend {
  readonly dialect: ArchiveDialect;
  /** Compiles queries; the archive never executes with it. A plugin may prefix the names of the tables. */
  readonly builder: Kysely<HistorySchema>;
  readonly clock: Clock;
  /** Reads. @throws {HistoryError} */
  read<T>(work: () => Work<T>): Promise<T>;
  /**
   * Does work in one transaction. Where the database gives a transaction up for a reason that passes (a deadlock), it is done again from
   * its beginning, which is why a function is handed over.
   *
   * @param options With `relaxed`, the transaction need not outlive a power cut, because whoever began it will do it again.
   * @throws {HistoryError}
   */
  write<T>(work: () => Work<T>, options?: { readonly relaxed?: boolean }): Promise<T>;
  /** Lets everything else run for a moment, between the steps of long work. */
  breathe(): Promise<void>;
}
