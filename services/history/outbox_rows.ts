/**
 * The outbox as rows of an SQLite file.
 *
 * @module
 */

import { type Kysely, sql } from "kysely";
import type { SqliteFile } from "./database.ts";
import type { OutboxEntry, OutboxLoad, OutboxTicket, SessionEntry } from "./outbox.ts";
import { type HistorySchema, sessionOf, TURN_COLUMNS, turnOf } from "./schema.ts";
import type { SessionRecord, StoredTurn } from "./store.ts";

/** Entries read at once when the caller names no number. */
const DEFAULT_ENTRIES = 100;
/** The most entries read at once: 1,000 rows take about 5 ms of the main thread. */
const MAX_ENTRIES = 1_000;

const TABLES = { turn: "outbox", session: "session_outbox" } as const;

/** Notes that a session ended. A session that changes again is an entry again: the number differs, so no acknowledgement takes it along. */
export function announceSession(db: SqliteFile, sessionId: string, at: number): void {
  db.prepare("INSERT OR REPLACE INTO session_outbox (session_id, created_at) VALUES (?, ?)").run(sessionId, at);
}

/**
 * Lets what came from elsewhere, by an import or a source, wait for delivery like what was said here: as long as this file is the archive,
 * an archive that comes later has to get all of it. Turns that are new are those that are not in the search index yet.
 */
export function enqueueUnindexed(db: SqliteFile, at: number): void {
  db.prepare(
    "INSERT OR IGNORE INTO outbox (turn_id, created_at) SELECT turn_id, ? FROM turns WHERE search_id IS NULL AND outcome IS NOT NULL",
  ).run(at);
}

/** Turns that wait for delivery, in the order of their commits. */
export async function pendingTurns(
  db: SqliteFile,
  read: Kysely<HistorySchema>,
  limit: number = DEFAULT_ENTRIES,
  maxBytes: number = Infinity,
): Promise<OutboxEntry[]> {
  // Sizes first: reading a thousand long answers to send the first ten would cost more than it saves.
  const heads = db.prepare(
    "SELECT outbox.seq, outbox.turn_id, outbox.created_at, " +
      "octet_length(user_text) + octet_length(reply_text) + octet_length(heard_text) AS bytes " +
      "FROM outbox JOIN turns ON turns.turn_id = outbox.turn_id WHERE outbox.parked_at IS NULL ORDER BY outbox.seq LIMIT ?",
  ).all(entries(limit));
  let bytes = 0;
  const taken = heads.filter((head, index) => (bytes += Number(head.bytes)) <= maxBytes || index === 0);
  const turns = await turnsOf(read, taken.map((head) => String(head.turn_id)));
  const sessions = await sessionsOf(read, [...turns.values()].map((turn) => turn.sessionId));
  return taken.flatMap((head) => {
    const turn = turns.get(String(head.turn_id));
    if (turn === undefined) return [];
    const session = sessions.get(turn.sessionId);
    const entry = { kind: "turn" as const, seq: Number(head.seq), turnId: turn.turnId, createdAt: Number(head.created_at), turn };
    return [session === undefined ? entry : { ...entry, session }];
  });
}

/** Ends of sessions that wait for delivery, in the order of their commits. */
export async function pendingSessions(
  db: SqliteFile,
  read: Kysely<HistorySchema>,
  limit: number = DEFAULT_ENTRIES,
): Promise<SessionEntry[]> {
  const heads = db.prepare(
    "SELECT seq, session_id, created_at, (SELECT turn_id FROM turns WHERE turns.session_id = session_outbox.session_id " +
      "AND outcome IS NOT NULL AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.turn_id = turns.turn_id) " +
      "ORDER BY started_at DESC, turn_id DESC LIMIT 1) AS turn_id FROM session_outbox WHERE parked_at IS NULL ORDER BY seq LIMIT ?",
  ).all(entries(limit));
  const sessions = await sessionsOf(read, heads.map((head) => String(head.session_id)));
  const turns = await turnsOf(read, heads.flatMap((head) => head.turn_id === null ? [] : [String(head.turn_id)]));
  return heads.map((head) => {
    const session = sessions.get(String(head.session_id));
    const turn = turns.get(String(head.turn_id));
    return {
      kind: "session",
      seq: Number(head.seq),
      createdAt: Number(head.created_at),
      ...(session === undefined ? {} : { session }),
      ...(turn === undefined ? {} : { turn }),
    };
  });
}

/** Takes entries out. */
export function acknowledge(db: SqliteFile, what: readonly OutboxTicket[]): void {
  db.transaction(() => {
    for (const { kind, seq } of what) db.prepare(`DELETE FROM ${TABLES[kind]} WHERE seq = ?`).run(seq);
  });
}

/** Sets entries aside. */
export function park(db: SqliteFile, what: readonly OutboxTicket[], reason: string, at: number): void {
  db.transaction(() => {
    for (const { kind, seq } of what) {
      db.prepare(`UPDATE ${TABLES[kind]} SET parked_at = ?, parked_reason = ? WHERE seq = ?`).run(
        at,
        reason.replaceAll("\0", "\uFFFD"),
        seq,
      );
    }
  });
}

/** Puts everything back that was set aside; how many entries. */
export function unpark(db: SqliteFile): number {
  return db.transaction(() =>
    Object.values(TABLES).reduce(
      (sum, table) =>
        sum + db.prepare(`UPDATE ${table} SET parked_at = NULL, parked_reason = NULL WHERE parked_at IS NOT NULL`).run().changes,
      0,
    )
  );
}

/** Counts what waits. */
export function outboxLoad(db: SqliteFile): OutboxLoad {
  // Without an archive everything ever said waits here; both counts are taken from an index.
  const count = (table: string) => {
    const parked = Number(db.prepare(`SELECT count(*) AS n FROM ${table} WHERE parked_at IS NOT NULL`).get()?.n);
    return { waiting: Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n) - parked, parked };
  };
  const first = (table: string) =>
    db.prepare(`SELECT created_at FROM ${table} WHERE parked_at IS NULL ORDER BY seq LIMIT 1`).get()?.created_at;
  const [turns, sessions] = [count("outbox"), count("session_outbox")];
  const oldest = [first("outbox"), first("session_outbox")].flatMap((at) => at === undefined ? [] : [Number(at)]);
  return {
    turns: turns.waiting,
    sessions: sessions.waiting,
    parked: turns.parked + sessions.parked,
    ...(oldest.length === 0 ? {} : { oldestAt: Math.min(...oldest) }),
  };
}

async function turnsOf(read: Kysely<HistorySchema>, ids: readonly string[]): Promise<Map<string, StoredTurn>> {
  if (ids.length === 0) return new Map();
  const rows = await read.selectFrom("turns").select(TURN_COLUMNS).where(isOneOf("turn_id", ids)).where("outcome", "is not", null)
    .execute();
  return new Map(rows.map((row) => [row.turn_id, turnOf(row)]));
}

async function sessionsOf(read: Kysely<HistorySchema>, ids: readonly string[]): Promise<Map<string, SessionRecord>> {
  if (ids.length === 0) return new Map();
  const rows = await read.selectFrom("sessions").selectAll().where(isOneOf("session_id", ids)).execute();
  return new Map(rows.map((row) => {
    const { turns: _, ...session } = sessionOf({ ...row, turns: 0 });
    return [session.sessionId, session];
  }));
}

/** One statement for any number of ids, so that one prepared statement serves all. */
function isOneOf(column: string, ids: readonly string[]) {
  return sql<boolean>`${sql.ref(column)} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
}

function entries(limit: number): number {
  return Number.isFinite(limit) ? Math.min(Math.max(1, Math.trunc(limit)), MAX_ENTRIES) : MAX_ENTRIES;
}
