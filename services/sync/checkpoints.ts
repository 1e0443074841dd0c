/**
 * Checkpoints in a table of SQLite or MySQL. Every row carries the fencing token of the last leader that touched it, and each statement
 * compares it by itself, so that neither a transaction nor a lock is needed and no leader of before can slip in between.
 *
 * @module
 */

import type { Kysely } from "kysely";
import type { Clock } from "../../base/clock.ts";
import type { Checkpoints } from "./source.ts";

/** The checkpoint of a source. */
export interface SyncCheckpointsTable {
  source: string;
  /** Null until the first page was applied. */
  checkpoint: string | null;
  /** Fencing token of the leader that wrote it, or took over after. */
  token: number;
  /** Unix milliseconds. */
  updated_at: number;
}

/** The part of a database that holds checkpoints. */
export interface SyncSchema {
  sync_checkpoints: SyncCheckpointsTable;
}

/** What {@link tableCheckpoints} needs. */
export interface CheckpointOptions {
  readonly db: Kysely<SyncSchema>;
  readonly dialect: "sqlite" | "mysql";
  /** What the name of the table begins with; nothing by default. */
  readonly prefix?: string;
  /** Names of the sources of one daemon, at least one, so that a leader that takes over bars the way even where nothing was kept yet. */
  readonly sources: readonly string[];
  readonly clock: Clock;
}

/** Checkpoints in a table. Every call rejects with what the database says. */
export function tableCheckpoints(options: CheckpointOptions): Checkpoints {
  const { db, dialect, clock } = options;
  // The prefix is configuration, and the columns are the same.
  const table = `${options.prefix ?? ""}sync_checkpoints` as "sync_checkpoints";

  const insert = async (row: SyncCheckpointsTable): Promise<boolean> => {
    const into = db.insertInto(table).values(row);
    const [result] = await (dialect === "mysql" ? into.ignore() : into.onConflict((conflict) => conflict.doNothing())).execute();
    return (result?.numInsertedOrUpdatedRows ?? 0n) > 0n;
  };

  return {
    async load(source) {
      const row = await db.selectFrom(table).select("checkpoint").where("source", "=", source).executeTakeFirst();
      return row?.checkpoint ?? undefined;
    },

    async save(source, checkpoint, token) {
      const changed = { checkpoint, token, updated_at: clock.wall() };
      const { numUpdatedRows } = await db.updateTable(table).set(changed)
        .where("source", "=", source).where("token", "<=", token).executeTakeFirstOrThrow();
      if (numUpdatedRows > 0n || await insert({ source, ...changed })) return true;
      // A server may count only rows that differ: the same checkpoint saved twice in one millisecond is saved.
      const row = await db.selectFrom(table).select(["token", "checkpoint"]).where("source", "=", source).executeTakeFirst();
      return row !== undefined && Number(row.token) === token && row.checkpoint === checkpoint;
    },

    async claim(token) {
      const updated_at = clock.wall();
      for (const source of options.sources) await insert({ source, checkpoint: null, token: 0, updated_at });
      const mine = [...options.sources];
      await db.updateTable(table).set({ token }).where("source", "in", mine).where("token", "<", token).execute();
      const row = await db.selectFrom(table).select((eb) => eb.fn.max("token").as("token")).where("source", "in", mine)
        .executeTakeFirst();
      return Number(row?.token ?? 0) <= token;
    },
  };
}
