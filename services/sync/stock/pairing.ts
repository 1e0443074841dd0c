/**
 * Turns out of rows. **The rule:** rows of one key are one row; the rows of a session, in the order of their times and then of their ids, are cut before each user row; a
 * user row and the agent rows up to the next one are one turn, whose origin is `stock:<key of the user row>`. Agent rows before the first
 * user row, such as a greeting, are each a turn of their own, `stock:<key of the agent row>`. Tool rows are heard by nobody and belong to
 * no text. So a turn is known by its user row alone, and what becomes visible later changes it or the turns beside it, and no others.
 *
 * @module
 */

import type { ArchivedTurn } from "../../history/archive.ts";
import { importedTurnId } from "../turn_ids.ts";
import { joined, spokenText } from "./content.ts";
import { byTime, type StockRow } from "./rows.ts";

/** First part of the origin of all these turns, from whichever source: what is reported and what stands in the table are the same. */
const ORIGIN = "stock";

/** Device of rows that name none. */
const UNKNOWN_DEVICE = "unknown";

/** Rows that are one turn. */
export interface StockTurn {
  /** The row that the turn is known by. */
  readonly key: StockRow;
  readonly user?: StockRow;
  readonly agents: readonly StockRow[];
}

/** Cuts rows of one session, as `StockTables.around` gives them for `first` to `last`, into the turns of which all rows are there. */
export function pair(rows: readonly StockRow[], first: StockRow, last: StockRow): StockTurn[] {
  const ordered = [...new Map([...rows].sort(byTime).reverse().map((row) => [row.key, row])).values()].sort(byTime);
  const startsWithin = ordered.some((row) => row.speaker === "user" && row.createdAt < first.createdAt);
  const turns: { key: StockRow; user?: StockRow; agents: StockRow[] }[] = [];
  let current: { key: StockRow; user: StockRow; agents: StockRow[] } | undefined;
  for (const row of ordered) {
    if (row.speaker === "user") turns.push(current = { key: row, user: row, agents: [] });
    else if (row.speaker === "agent" && current !== undefined) current.agents.push(row);
    // Before the first user row of a stretch that begins in the middle of the session: an answer to a user row before it.
    else if (row.speaker === "agent" && !startsWithin) turns.push({ key: row, agents: [row] });
  }
  // The user row after `last` ends the stretch; what belongs to it lies beyond.
  return turns.filter(({ user }) => user === undefined || user.createdAt <= last.createdAt);
}

/** The id of the turn that a row makes where it is the key. */
export function turnIdOf(key: StockRow): string {
  return importedTurnId(`${ORIGIN}:${key.key}`, key.time);
}

/**
 * Turns that agent rows of a turn may have been while its user row was not visible yet: those that were inserted before it; and all, where
 * the user row may have become visible after rows that were inserted later.
 */
export function formerTurns({ user, agents }: StockTurn, userMayBeLate: boolean): string[] {
  if (user === undefined) return [];
  return agents.filter(({ id }) => userMayBeLate || id < user.id).map((agent) => turnIdOf(agent));
}

/** Audio of a turn: paths as in `StoredTurn.audioFiles`. */
export type TurnAudio = ArchivedTurn["turn"]["audioFiles"];

/** The turn as it is archived; undefined where nothing was said. */
export function archivedTurn(turn: StockTurn, audioFiles: TurnAudio): ArchivedTurn | undefined {
  const { key, user, agents } = turn;
  const userText = user === undefined ? "" : spokenText(user.content);
  const replyText = joined(agents.map(({ content }) => spokenText(content)));
  if (userText === "" && replyText === "" && audioFiles.user === undefined && audioFiles.reply === undefined) return undefined;
  const deviceId = key.deviceId === "" ? UNKNOWN_DEVICE : key.deviceId;
  const sessionId = key.sessionId === "" ? `${ORIGIN}-${deviceId}` : key.sessionId;
  const endedAt = agents.reduce((latest, { time }) => Math.max(latest, time), key.time);
  return {
    turn: {
      turnId: turnIdOf(key),
      sessionId,
      deviceId,
      startedAt: key.time,
      source: user === undefined ? "say" : "speech",
      userText,
      // The stock server reports no answer that was cut off, so a question without one was interrupted, or is still being answered.
      outcome: agents.length > 0 ? "completed" : "interrupted",
      replyText,
      heardText: replyText,
      heardMs: 0,
      endedAt,
      timings: {},
      audioFiles,
      origin: `${ORIGIN}:${key.key}`,
    },
    session: {
      sessionId,
      deviceId,
      clientId: "",
      startedAt: key.time,
      endedAt,
      endReason: "import",
    },
  };
}
