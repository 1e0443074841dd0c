/**
 * The tables of the history as the query builder sees them, and the way from a row to a record.
 *
 * @module
 */

import type { Generated, Selectable } from "kysely";
import type { DevicesTable } from "../devices/table.ts";
import { searchText, storedText } from "./archive/text.ts";
import type { SessionRecord, SessionSummary, SpokenSentence, StoredTurn, TurnDraft, TurnOutcome, TurnTimings } from "./store.ts";

/** A session. Times are Unix milliseconds. */
export interface SessionsTable {
  session_id: string;
  device_id: string;
  client_id: string;
  started_at: number;
  ended_at: number | null;
  end_reason: string | null;
  /** Null where there never was one; empty where it was taken away. */
  title: string | null;
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
  origin: string | null;
  /** JSON of `SpokenSentence`s; null where they are not known. */
  sentences: string | null;
  /** Both sides, folded: see `searchText`. Empty while the turn is a draft. */
  search_text: string;
}

/** A turn that waits for delivery. SQLite only. */
export interface OutboxTable {
  seq: Generated<number>;
  turn_id: string;
  created_at: number;
}

/** What was erased and must not come back. */
export interface ErasedTable {
  kind: "turn" | "session" | "device";
  id: string;
  /** Turns that began up to then, Unix milliseconds; the largest safe integer for a turn. */
  until_at: number;
  /** Unix milliseconds. */
  erased_at: number;
  /** 1 while rows are left to be erased, else 0. */
  pending: number;
}

/** What a device remembers: see `DeviceMemory`. */
export interface DeviceMemoryTable {
  device_id: string;
  summary: string;
  covers_until: number;
  version: number;
}

/** The role chosen for a device. */
export interface DeviceRolesTable {
  device_id: string;
  role: string;
}

/** The database. */
export interface HistorySchema {
  sessions: SessionsTable;
  turns: TurnsTable;
  outbox: OutboxTable;
  erased: ErasedTable;
  device_memory: DeviceMemoryTable;
  device_roles: DeviceRolesTable;
  devices: DevicesTable;
}

/** What is read of a turn. */
export const TURN_COLUMNS = [
  "turn_id",
  "session_id",
  "device_id",
  "started_at",
  "source",
  "user_text",
  "outcome",
  "reply_text",
  "heard_text",
  "heard_ms",
  "ended_at",
  "timings",
  "error_code",
  "error_message",
  "audio_user",
  "audio_reply",
  "origin",
  "sentences",
] as const satisfies readonly (keyof TurnsTable)[];

/** A row as {@link TURN_COLUMNS} read it. */
export type TurnRow = Pick<Selectable<TurnsTable>, typeof TURN_COLUMNS[number]>;

/** A committed turn, from its row. */
export function turnOf(row: TurnRow): StoredTurn {
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
    // A file that only older programs have opened so far, and that a tool reads as it is, has no origins, titles or sentences.
    ...(row.origin ? { origin: row.origin } : {}),
    ...(row.sentences ? { sentences: JSON.parse(row.sentences) as SpokenSentence[] } : {}),
  };
}

/** The row of a committed turn. */
export function turnRow(turn: StoredTurn): Selectable<TurnsTable> {
  return {
    turn_id: storedText(turn.turnId),
    session_id: storedText(turn.sessionId),
    device_id: storedText(turn.deviceId),
    started_at: Math.round(turn.startedAt),
    source: turn.source,
    user_text: storedText(turn.userText),
    outcome: turn.outcome,
    reply_text: storedText(turn.replyText),
    heard_text: storedText(turn.heardText),
    heard_ms: turn.heardMs,
    ended_at: Math.round(turn.endedAt),
    timings: JSON.stringify(turn.timings),
    error_code: turn.error === undefined ? null : storedText(turn.error.code),
    error_message: turn.error === undefined ? null : storedText(turn.error.message),
    audio_user: textOrNull(turn.audioFiles.user),
    audio_reply: textOrNull(turn.audioFiles.reply),
    origin: textOrNull(turn.origin),
    sentences: turn.sentences === undefined ? null : JSON.stringify(turn.sentences),
    search_text: searchText(turn.userText, turn.replyText),
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
    ...(row.title ? { title: row.title } : {}),
    turns: Number(row.turns),
  };
}

/** The row of a session. */
export function sessionRow(session: SessionRecord): Selectable<SessionsTable> {
  return {
    session_id: storedText(session.sessionId),
    device_id: storedText(session.deviceId),
    client_id: storedText(session.clientId),
    started_at: Math.round(session.startedAt),
    ended_at: session.endedAt === undefined ? null : Math.round(session.endedAt),
    end_reason: textOrNull(session.endReason),
    title: textOrNull(session.title),
  };
}

function textOrNull(value: string | undefined): string | null {
  return value === undefined ? null : storedText(value);
}
