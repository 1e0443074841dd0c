/**
 * Walks through all that is to be exported, a page at a time, so that memory does not grow with the history.
 *
 * @module
 */

import type { ArchivedTurn, HistoryArchive } from "../history/archive.ts";
import type { SessionRecord } from "../history/store.ts";

/** Turns of a page: a few hundred kilobytes with long answers, about a millisecond of reading. */
const PAGE_TURNS = 200;

/** What is exported: a session, or everything of a device. */
export type Exported = { readonly sessionId: string } | { readonly deviceId: string };

/** The turns of `what` with their sessions, oldest first, in pages. A turn that is committed or erased meanwhile may or may not be there. */
export async function* exportedTurns(archive: HistoryArchive, what: Exported): AsyncGenerator<readonly ArchivedTurn[]> {
  let session: SessionRecord | undefined;
  let cursor: string | undefined;
  do {
    const page = await archive.turns({ ...what, order: "oldest", limit: PAGE_TURNS, ...(cursor === undefined ? {} : { cursor }) });
    const turns: ArchivedTurn[] = [];
    for (const turn of page.items) {
      if (session?.sessionId !== turn.sessionId) session = recordOf(await archive.session(turn.sessionId));
      turns.push({ turn, ...(session === undefined ? {} : { session }) });
    }
    yield turns;
    cursor = page.next;
  } while (cursor !== undefined);
}

function recordOf(session: Awaited<ReturnType<HistoryArchive["session"]>>): SessionRecord | undefined {
  if (session === undefined) return undefined;
  const { turns: _, opening: _opening, ...record } = session;
  return record;
}
