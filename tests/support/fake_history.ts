/**
 * A history that a test can look into and break.
 *
 * @module
 */

import type { HistoryStore, SessionRecord, TurnDraft, TurnRecord } from "../../services/history/store.ts";

/** What a {@link fakeHistory} was told. */
export interface FakeHistory extends HistoryStore {
  readonly sessions: SessionRecord[];
  readonly ended: { sessionId: string; reason: string }[];
  readonly drafts: TurnDraft[];
  readonly turns: TurnRecord[];
  /** Called before a commit; may throw or wait. */
  onCommit: () => Promise<void>;
}

/** A history in memory. */
export function fakeHistory(): FakeHistory {
  const store: FakeHistory = {
    sessions: [],
    ended: [],
    drafts: [],
    turns: [],
    onCommit: () => Promise.resolve(),
    openSession: (session) => Promise.resolve(void store.sessions.push(session)),
    closeSession: (sessionId, _, reason) => Promise.resolve(void store.ended.push({ sessionId, reason })),
    draftTurn: (draft) => Promise.resolve(void store.drafts.push(draft)),
    commitTurn: async (turn) => {
      await store.onCommit();
      store.turns.push(turn);
    },
    notePersisted: (turnId, persistedMs) => {
      const index = store.turns.findIndex((turn) => turn.turnId === turnId);
      const turn = store.turns[index];
      if (turn !== undefined) store.turns[index] = { ...turn, timings: { ...turn.timings, persistedMs } };
    },
    listSessions: () => Promise.resolve([]),
    listTurns: () => Promise.resolve([]),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return store;
}
