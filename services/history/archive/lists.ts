/**
 * Reading the archive: sessions, turns, search.
 *
 * @module
 */

import { type Expression, type ExpressionBuilder, type Kysely, type SelectQueryBuilder, sql, type SqlBool } from "kysely";
import type { Page, SearchQuery, SessionsQuery, SpanQuery, TurnsQuery } from "../archive.ts";
import { type HistorySchema, sessionOf, TURN_COLUMNS, turnOf, type TurnRow } from "../schema.ts";
import type { SessionSummary, StoredTurn } from "../store.ts";
import type { ArchiveDialect } from "./backend.ts";
import type { CursorList } from "../cursor.ts";
import { pageOf, pageSize, spanConditions } from "./filters.ts";
import { searchWords, storedText } from "./text.ts";
import { first, rows, type Work } from "./work.ts";

/** Of what a session began with, as much is listed, characters: a line on a desk. */
export const OPENING_CHARS = 160;

/** A session by its id. */
export function* readSession(db: Kysely<HistorySchema>, sessionId: string): Work<SessionSummary | undefined> {
  const row = yield* first(sessionsWithTurns(db).where("sessions.session_id", "=", storedText(sessionId)));
  return row === undefined ? undefined : sessionOf({ ...row, turns: row.turns ?? 0 });
}

/** A committed turn by its id. */
export function* readTurn(db: Kysely<HistorySchema>, turnId: string): Work<StoredTurn | undefined> {
  const row = yield* first(committed(db).where("turns.turn_id", "=", storedText(turnId)));
  return row === undefined ? undefined : turnOf(row);
}

/** A page of sessions. */
export function* readSessions(db: Kysely<HistorySchema>, query: SessionsQuery): Work<Page<SessionSummary>> {
  const select = sessionsWithTurns(db).select((eb) =>
    eb.selectFrom("turns").whereRef("turns.session_id", "=", "sessions.session_id").where("turns.outcome", "is not", null)
      .where("turns.user_text", "<>", "").orderBy("turns.started_at").orderBy("turns.turn_id").limit(1)
      .select((text) => text.fn<string>("substr", ["turns.user_text", sql.lit(1), sql.lit(OPENING_CHARS)]).as("opening")).as("opening")
  )
    .where((eb) =>
      eb.and([
        ...spanConditions(eb, "sessions", query, "sessions"),
        ...(query.endReason === undefined ? [] : [eb("sessions.end_reason", "=", storedText(query.endReason))]),
      ])
    )
    .orderBy("sessions.started_at", "desc").orderBy("sessions.session_id", "desc").limit(pageSize(query.limit) + 1);
  return pageOf(
    "sessions",
    query,
    yield* rows(select),
    ({ opening, ...row }) => ({ ...sessionOf({ ...row, turns: row.turns ?? 0 }), ...(opening ? { opening } : {}) }),
    (row) => ({ time: row.started_at, id: row.session_id }),
  );
}

/** A page of turns. */
export function* readTurns(db: Kysely<HistorySchema>, query: TurnsQuery): Work<Page<StoredTurn>> {
  const { sessionId, outcome, order = "newest" } = query;
  return yield* turnsPage(db, order === "newest" ? "turns newest" : "turns oldest", query, (eb) => [
    ...(sessionId === undefined ? [] : [eb("turns.session_id", "=", storedText(sessionId))]),
    ...(outcome === undefined ? [] : [eb("turns.outcome", "=", outcome)]),
  ]);
}

/** A page of what a search finds. */
export function* searchTurns(db: Kysely<HistorySchema>, dialect: ArchiveDialect, query: SearchQuery): Work<Page<StoredTurn>> {
  const words = searchWords(query.text);
  if (words.length === 0) return { items: [] };
  const matches = yield* dialect.matching(words);
  const { outcome } = query;
  return yield* turnsPage(db, "search", query, (eb) => [matches, ...(outcome === undefined ? [] : [eb("turns.outcome", "=", outcome)])]);
}

type Turns = ExpressionBuilder<HistorySchema, "turns">;

function* turnsPage(
  db: Kysely<HistorySchema>,
  list: CursorList,
  query: SpanQuery,
  conditions: (eb: Turns) => Expression<SqlBool>[],
): Work<Page<StoredTurn>> {
  const direction = list === "turns oldest" ? "asc" : "desc";
  const select = committed(db)
    .where((eb) => eb.and([...spanConditions(eb, "turns", query, list), ...conditions(eb)]))
    .orderBy("turns.started_at", direction).orderBy("turns.turn_id", direction).limit(pageSize(query.limit) + 1);
  return pageOf(list, query, yield* rows(select), turnOf, (row) => ({ time: row.started_at, id: row.turn_id }));
}

function committed(db: Kysely<HistorySchema>): SelectQueryBuilder<HistorySchema, "turns", TurnRow> {
  return db.selectFrom("turns").select(TURN_COLUMNS.map((column) => `turns.${column}` as const)).where("turns.outcome", "is not", null);
}

function sessionsWithTurns(db: Kysely<HistorySchema>) {
  return db.selectFrom("sessions").selectAll("sessions").select((eb) =>
    eb.selectFrom("turns").whereRef("turns.session_id", "=", "sessions.session_id").where("turns.outcome", "is not", null)
      .select((count) => count.fn.countAll<number>().as("turns")).as("turns")
  );
}
