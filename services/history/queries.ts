/**
 * Reading the history: the same queries serve the stores and the tools.
 *
 * @module
 */

import { Kysely, sql, SqliteDialect } from "kysely";
import type { SQLInputValue } from "node:sqlite";
import { pageSize } from "./archive/filters.ts";
import type { SqliteFile } from "./database.ts";
import { type HistorySchema, sessionOf, turnOf } from "./schema.ts";
import type { HistoryStore, SessionSummary, StoredTurn } from "./store.ts";

/** What narrows a list of sessions. */
export type SessionQuery = NonNullable<Parameters<HistoryStore["listSessions"]>[0]>;
/** What narrows a list of turns. */
export type TurnQuery = NonNullable<Parameters<HistoryStore["listTurns"]>[0]>;

/**
 * A query builder on an open SQLite file. Closing it leaves the file open.
 *
 * It executes single queries. Its own transactions must not be used: they wait between their statements, and whatever the event loop writes
 * to the file meanwhile would be part of them. {@link SqliteFile.transaction} is the one way.
 */
export function queryBuilder<Schema = HistorySchema>(db: SqliteFile): Kysely<Schema> {
  return new Kysely<Schema>({
    dialect: new SqliteDialect({
      database: {
        close: () => {},
        prepare: (sql) => {
          const statement = db.prepare(sql);
          const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
          return {
            reader: statement.reader,
            all: (parameters) => statement.all(...values(parameters)),
            run: (parameters) => statement.run(...values(parameters)),
            iterate: (parameters) => statement.all(...values(parameters))[Symbol.iterator](),
          };
        },
      },
    }),
  });
}

/** Sessions, newest first; `before` is the id of a session, and only older ones are listed. */
export async function listSessions(db: Kysely<HistorySchema>, query: SessionQuery = {}): Promise<SessionSummary[]> {
  let select = db.selectFrom("sessions").selectAll("sessions")
    .select((eb) =>
      eb.selectFrom("turns").whereRef("turns.session_id", "=", "sessions.session_id").where("turns.outcome", "is not", null)
        .select((count) => count.fn.countAll<number>().as("turns")).as("turns")
    )
    .orderBy("started_at", "desc").orderBy("session_id", "desc").limit(pageSize(query.limit));
  if (query.deviceId !== undefined) select = select.where("device_id", "=", query.deviceId);
  if (query.before !== undefined) {
    const { before } = query;
    const from = await db.selectFrom("sessions").select("started_at").where("session_id", "=", before).executeTakeFirst();
    if (from === undefined) return [];
    select = select.where((eb) =>
      eb.or([eb("started_at", "<", from.started_at), eb.and([eb("started_at", "=", from.started_at), eb("session_id", "<", before)])])
    );
  }
  return (await select.execute()).map((row) => sessionOf({ ...row, turns: row.turns ?? 0 }));
}

/** Committed turns, oldest first within the page, newest page first; `before` is the id of a turn, and only older ones are listed. */
export async function listTurns(db: Kysely<HistorySchema>, query: TurnQuery = {}): Promise<StoredTurn[]> {
  let select = db.selectFrom("turns").selectAll().where("outcome", "is not", null)
    .orderBy("started_at", "desc").orderBy("turn_id", "desc").limit(pageSize(query.limit));
  if (query.sessionId !== undefined) select = select.where("session_id", "=", query.sessionId);
  if (query.deviceId !== undefined) select = select.where("device_id", "=", query.deviceId);
  if (query.before !== undefined) {
    const { before } = query;
    const from = await db.selectFrom("turns").select("started_at").where("turn_id", "=", before).executeTakeFirst();
    if (from === undefined) return [];
    select = select.where((eb) =>
      eb.or([eb("started_at", "<", from.started_at), eb.and([eb("started_at", "=", from.started_at), eb("turn_id", "<", before)])])
    );
  }
  return (await select.execute()).map(turnOf).reverse();
}

/** Committed turns whose id ends so, newest first; upper and lower case are the same. */
export async function turnsEndingWith(db: Kysely<HistorySchema>, ending: string, limit: number): Promise<StoredTurn[]> {
  const pattern = `%${ending.replace(/[\\%_]/g, "\\$&")}`;
  const rows = await db.selectFrom("turns").selectAll().where("outcome", "is not", null)
    .where(sql<boolean>`turn_id LIKE ${pattern} ESCAPE '\\'`)
    .orderBy("turn_id", "desc").limit(pageSize(limit)).execute();
  return rows.map(turnOf);
}
