/**
 * An archive in memory that a test can look into and break.
 *
 * @module
 */

import type { HistoryArchive } from "../../../services/history/archive.ts";
import type { SessionSummary, StoredTurn } from "../../../services/history/store.ts";

/** What a {@link fakeArchive} holds. */
export interface FakeArchive extends HistoryArchive {
  readonly held: SessionSummary[];
  readonly heldTurns: StoredTurn[];
  /** Lists that were read, in order. */
  readonly lists: unknown[];
  failing: boolean;
}

/** An archive of nothing. */
export function fakeArchive(): FakeArchive {
  const check = <T>(value: T): Promise<T> => archive.failing ? Promise.reject(new Error("The database is away")) : Promise.resolve(value);
  const archive: FakeArchive = {
    held: [],
    heldTurns: [],
    lists: [],
    failing: false,
    session: (id) => check(archive.held.find(({ sessionId }) => sessionId === id)),
    turn: (id) => check(archive.heldTurns.find(({ turnId }) => turnId === id)),
    sessions: (query = {}) => {
      archive.lists.push(query);
      const items = archive.held.filter(({ deviceId }) => query.deviceId === undefined || deviceId === query.deviceId);
      return check({ items: items.slice(0, query.limit ?? 50), ...(items.length > (query.limit ?? 50) ? { next: "more" } : {}) });
    },
    turns: () => check({ items: archive.heldTurns }),
    search: () => check({ items: [] }),
    retitle: (id, title) => {
      const index = archive.held.findIndex(({ sessionId }) => sessionId === id);
      if (index >= 0) archive.held[index] = { ...archive.held[index]!, title };
      return check(index >= 0);
    },
    erase: (what) => {
      const gone = archive.held.filter((session) =>
        "deviceId" in what ? session.deviceId === what.deviceId : "sessionId" in what && session.sessionId === what.sessionId
      );
      for (const session of gone) archive.held.splice(archive.held.indexOf(session), 1);
      return check({ turns: 0, sessions: gone.length, audioFiles: [] });
    },
    apply: (batch) => {
      for (const { turn } of batch) {
        archive.heldTurns.push(turn);
        const index = archive.held.findIndex(({ sessionId }) => sessionId === turn.sessionId);
        const { sessionId, deviceId, startedAt } = turn;
        if (index < 0) archive.held.push({ sessionId, deviceId, clientId: "c", startedAt, turns: 1 });
        else archive.held[index] = { ...archive.held[index]!, turns: archive.held[index]!.turns + 1 };
      }
      return check({ added: batch.length, updated: 0, skipped: 0 });
    },
  };
  return archive;
}
