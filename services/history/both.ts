/**
 * The archive of a node whose turns go to a database server: read there, and erased in both places.
 *
 * @module
 */

import type { HistoryArchive } from "./archive.ts";

/** What of the data directory is changed along. */
export type LocalCopy = Pick<HistoryArchive, "erase" | "retitle">;

/**
 * The archive on the server, with the copies in the data directory kept in step.
 *
 * Erasing begins with the data directory: from then on no conversation is reminded of what goes, and nothing of it is delivered any more.
 * Where the server then fails, the call fails, what is left is what is seen there, and the same call again erases the rest. What was being
 * delivered at that moment arrives under an id that the server has erased, and is not taken. The other way round a failure would leave
 * copies that nobody sees.
 */
export function bothArchives(local: LocalCopy, remote: HistoryArchive): HistoryArchive {
  return {
    session: (sessionId) => remote.session(sessionId),
    turn: (turnId) => remote.turn(turnId),
    sessions: (query) => remote.sessions(query),
    turns: (query) => remote.turns(query),
    search: (query) => remote.search(query),
    async retitle(sessionId, title) {
      // The server first: a title that is not there is not there for anybody. The copy's goes along with a session that is not delivered yet.
      const there = await remote.retitle(sessionId, title);
      const here = await local.retitle(sessionId, title);
      return there || here;
    },
    async erase(what) {
      const here = await local.erase(what);
      const there = await remote.erase(what);
      return {
        turns: Math.max(here.turns, there.turns),
        sessions: Math.max(here.sessions, there.sessions),
        audioFiles: [...new Set([...here.audioFiles, ...there.audioFiles])],
      };
    },
    apply: (batch, options) => remote.apply(batch, options),
  };
}
