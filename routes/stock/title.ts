/**
 * Titles of sessions, which a stock server asks for when a conversation is over.
 *
 * @module
 */

import type { HistoryArchive } from "../../services/history/archive.ts";

/** Longest title in characters: a line of a list. */
const MAX_CHARS = 30;

/** Turns that are looked through for words: a conversation begins with a greeting, and not with ten. */
const TURNS = 10;

/**
 * Gives a session the first thing that was asked in it as its title, unless it has one.
 *
 * @returns The title; empty where nothing was said, or the session is not known yet.
 */
export async function giveTitle(archive: Pick<HistoryArchive, "session" | "turns" | "retitle">, sessionId: string): Promise<string> {
  const session = await archive.session(sessionId);
  if (session === undefined) return "";
  if (session.title !== undefined && session.title !== "") return session.title;
  const { items } = await archive.turns({ sessionId, order: "oldest", limit: TURNS });
  const asked = items.find(({ userText }) => userText.trim() !== "")?.userText.trim().replaceAll(/\s+/g, " ") ?? "";
  const chars = [...asked];
  const title = chars.length > MAX_CHARS ? `${chars.slice(0, MAX_CHARS - 1).join("")}…` : asked;
  if (title !== "") await archive.retitle(sessionId, title);
  return title;
}
