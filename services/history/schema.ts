/**
 * The tables of the history as the query builder sees them, and the way from a row to a record.
 *
 * @module
 */

import type { Generated, Selectable } from "kysely";
import type { SessionSummary, StoredTurn, TurnDraft, TurnOutcome, TurnTimings } from "./store.ts";

/** A session. Times are Unix milliseconds. */
export interface SessionsTable {
  session_id: string;
  device_id: string;
  client_id: string;
  started_at: number;
  ended_at: number | null;
  end_reason: string | null;
}

/** A turn; a draft while `outcome` is null. */
export interface TurnsTable {
  turn_id: string;
  session_id: string;
  device_id: string;
  started_at: number;
  source: string;
  user_text: string;
  outcome: string | null;
  reply_text: string;
  heard_text: string;
  heard_ms: number;
  ended_at: number | null;
  /** JSON of {@link TurnTimings}. */
  timings: string;
  error_code: string | null;
  error_message: string | null;
  audio_user: string | null;
  audio_reply: string | null;
}

/** A turn that waits for delivery. */
export interface OutboxTable {
  seq: Generated<number>;
  turn_id: string;
  created_at: number;
}

/** The database. */
export interface HistorySchema {
  sessions: SessionsTable;
  turns: TurnsTable;
  outbox: OutboxTable;
}

/** A committed turn, from its row. */
export function turnOf(row: Selectable<TurnsTable>): StoredTurn {
  return {
    turnId: row.turn_id,
    sessionId: row.session_id,
    deviceId: row.device_id,
    startedAt: row.started_at,
    source: row.source as TurnDraft["source"],
    userText: row.user_text,
    outcome: row.outcome as TurnOutcome,
    replyText: row.reply_text,
    heardText: row.heard_text,
    heardMs: row.heard_ms,
    endedAt: row.ended_at ?? row.started_at,
    timings: JSON.parse(row.timings) as TurnTimings,
    ...(row.error_code === null ? {} : { error: { code: row.error_code, message: row.error_message ?? "" } }),
    audioFiles: {
      ...(row.audio_user === null ? {} : { user: row.audio_user }),
      ...(row.audio_reply === null ? {} : { reply: row.audio_reply }),
    },
  };
}

/** A session, from its row and the number of its turns. */
export function sessionOf(row: Selectable<SessionsTable> & { readonly turns: number }): SessionSummary {
  return {
    sessionId: row.session_id,
    deviceId: row.device_id,
    clientId: row.client_id,
    startedAt: row.started_at,
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    ...(row.end_reason === null ? {} : { endReason: row.end_reason }),
    turns: Number(row.turns),
  };
}
