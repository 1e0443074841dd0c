/**
 * Sessions of turns that come from elsewhere.
 *
 * @module
 */

import type { Kysely, Selectable } from "kysely";
import type { HistorySchema, SessionsTable, TurnsTable } from "../schema.ts";
import type { ArchiveDialect } from "./backend.ts";
import { changes, pieces, rows, type Work } from "./work.ts";

/** Ids in one query, and rows in one insert. */
const IDS = 500;
const ROWS = 100;

/** Why a session ended that is known from its turns alone. */
const MADE_FROM_TURNS = "import";

type SessionRow = Selectable<SessionsTable>;
type TurnToMerge = Selectable<TurnsTable>;

/** Gives turns a home: sessions that are not there are made, those that are there learn what is new about them. */
export function* mergeSessions(
  db: Kysely<HistorySchema>,
  dialect: ArchiveDialect,
  turns: readonly TurnToMerge[],
  given: readonly SessionRow[],
): Work<void> {
  const wanted = new Map<string, SessionRow>();
  for (const turn of turns) wanted.set(turn.session_id, withTurn(wanted.get(turn.session_id), turn));
  for (const session of given) {
    const made = wanted.get(session.session_id);
    if (made !== undefined && made.device_id === session.device_id) wanted.set(session.session_id, merged(made, session));
  }
  const ordered = [...wanted.values()].sort((a, b) => a.session_id < b.session_id ? -1 : 1);
  const known = new Map<string, SessionRow>();
  const select = (piece: readonly SessionRow[]) =>
    db.selectFrom("sessions").selectAll().where("session_id", "in", piece.map((row) => row.session_id));
  for (const piece of pieces(ordered, IDS)) {
    for (const row of yield* rows(select(piece))) known.set(row.session_id, row);
  }
  for (const piece of pieces(ordered.filter((row) => !known.has(row.session_id)), ROWS)) {
    yield* changes(dialect.ignoreExisting(db.insertInto("sessions").values([...piece])));
  }
  const changed = ordered.filter((row) => isNews(known.get(row.session_id), row));
  for (const piece of pieces(changed, IDS)) {
    const locking = dialect.holdWrite === undefined ? select(piece) : select(piece).modifyEnd(dialect.holdWrite);
    for (const old of yield* rows(locking)) {
      const row = wanted.get(old.session_id);
      if (row === undefined || !isNews(old, row)) continue;
      const { session_id, ...news } = merged(old, row);
      yield* changes(db.updateTable("sessions").set(news).where("session_id", "=", session_id));
    }
  }
}

/** A session as its turns show it. */
function withTurn(session: SessionRow | undefined, turn: TurnToMerge): SessionRow {
  const ended_at = Math.max(session?.ended_at ?? -Infinity, turn.ended_at ?? turn.started_at);
  return {
    session_id: turn.session_id,
    device_id: session?.device_id ?? turn.device_id,
    client_id: "",
    started_at: Math.min(session?.started_at ?? Infinity, turn.started_at),
    ended_at,
    end_reason: MADE_FROM_TURNS,
    title: null,
  };
}

function isMade(session: SessionRow): boolean {
  return session.client_id === "" && session.end_reason === MADE_FROM_TURNS;
}

function isNews(old: SessionRow | undefined, row: SessionRow): boolean {
  if (old === undefined || old.device_id !== row.device_id) return false;
  const news = merged(old, row);
  return (Object.keys(news) as (keyof SessionRow)[]).some((column) => news[column] !== old[column]);
}

/** What is known of a session from two sides. What the first says stands, but for what was only guessed from turns. */
function merged(old: SessionRow, row: SessionRow): SessionRow {
  const title = old.title ?? row.title;
  const started_at = Math.min(old.started_at, row.started_at);
  if (isMade(old) && isMade(row)) return { ...old, title, started_at, ended_at: Math.max(old.ended_at ?? 0, row.ended_at ?? 0) };
  if (isMade(row)) return { ...old, title };
  if (isMade(old)) return { ...row, title };
  const end = old.ended_at === null ? row : old;
  return { ...old, title, started_at, client_id: old.client_id || row.client_id, ended_at: end.ended_at, end_reason: end.end_reason };
}
