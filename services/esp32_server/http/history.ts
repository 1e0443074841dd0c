/**
 * Records of the history list, as carefully as other people's servers ask for.
 *
 * @module
 */

import { StageError } from "../errors.ts";
import type { RemoteRecord } from "../stages.ts";

/** Unix seconds stay below this until the year 5138; milliseconds have been above since 1973. */
const SECONDS_BELOW = 1e11;

/** Hexadecimal digits of a content hash in a derived key: 96 bits, which no fleet makes collide. */
const HASH_DIGITS = 24;

/** What a list held. */
export interface HistoryList {
  /** Oldest first where every record has a time, else in the server's order. */
  readonly records: readonly RemoteRecord[];
  /** Entries that were no records. */
  readonly skipped: number;
}

/**
 * Reads the list: an array, or an object with the array in `records`, `history`, `items` or `data`. A record without an id gets a key
 * derived from its session, its content, and its place among records of that session with the same content. The place in the whole list
 * would change as the window of time moves on, and with it the key.
 *
 * @throws `StageError` with code `history_bad_answer`.
 */
export async function readHistory(answer: unknown): Promise<HistoryList> {
  const list = listIn(answer);
  if (list === undefined) {
    throw new StageError("history", "bad_answer", "Answer to GET /api/chat/history is no list; a JSON array of records is needed");
  }
  const seen = new Map<string, number>();
  const records: RemoteRecord[] = [];
  for (const entry of list) {
    const record = await recordOf(entry, seen);
    if (record !== undefined) records.push(record);
  }
  if (records.every((record) => record.createdAt !== undefined)) records.sort((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0));
  return { records, skipped: list.length - records.length };
}

function listIn(answer: unknown): readonly unknown[] | undefined {
  if (Array.isArray(answer)) return answer;
  const object = Object(answer) as Record<string, unknown>;
  return ["records", "history", "items", "data"].map((key) => object[key]).find((value): value is unknown[] => Array.isArray(value));
}

async function recordOf(entry: unknown, seen: Map<string, number>): Promise<RemoteRecord | undefined> {
  const fields = Object(entry) as Record<string, unknown>;
  const sessionId = word(fields["session_id"]);
  const [userText, replyText] = [fields["user_text"] ?? "", fields["ai_response"] ?? ""];
  if (sessionId === undefined || typeof userText !== "string" || typeof replyText !== "string") return undefined;
  if (userText === "" && replyText === "") return undefined;
  const createdAt = time(fields["created_at"]);
  const [deviceId, turnId] = [word(fields["device_id"]), word(fields["turn_id"])];
  return {
    id: word(fields["id"]) ?? await derivedKey(sessionId, JSON.stringify([sessionId, userText, replyText, createdAt ?? null]), seen),
    sessionId,
    userText,
    replyText,
    ...(deviceId === undefined ? {} : { deviceId }),
    ...(turnId === undefined ? {} : { turnId }),
    ...(createdAt === undefined ? {} : { createdAt }),
  };
}

async function derivedKey(sessionId: string, content: string, seen: Map<string, number>): Promise<string> {
  const order = seen.get(content) ?? 0;
  seen.set(content, order + 1);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(content)));
  return `${sessionId}:${order}:${digest.toHex().slice(0, HASH_DIGITS)}`;
}

/** A text or number that is not empty, as text. */
function word(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Unix milliseconds of an ISO time, or of Unix seconds or milliseconds. */
function time(value: unknown): number | undefined {
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return value < SECONDS_BELOW ? value * 1000 : value;
  const parsed = typeof value === "string" ? Date.parse(value) : NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}
