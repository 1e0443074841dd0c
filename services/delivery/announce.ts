/**
 * A history that says when there is something to deliver.
 *
 * @module
 */

import type { HistoryStore } from "../history/store.ts";

/** Wraps a store: `nudge` is called after each commit of a turn and each end of a session. It must not throw. */
export function announcing(store: HistoryStore, nudge: () => void): HistoryStore {
  return {
    openSession: (session) => store.openSession(session),
    async closeSession(sessionId, endedAt, reason) {
      await store.closeSession(sessionId, endedAt, reason);
      nudge();
    },
    draftTurn: (draft) => store.draftTurn(draft),
    async commitTurn(turn) {
      await store.commitTurn(turn);
      nudge();
    },
    notePersisted: (turnId, persistedMs) => store.notePersisted(turnId, persistedMs),
    listSessions: (query) => store.listSessions(query),
    listTurns: (query) => store.listTurns(query),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
