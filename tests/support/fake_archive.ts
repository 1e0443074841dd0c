/**
 * An archive in memory, which a test can look into and break.
 *
 * @module
 */

import { HistoryError } from "../../services/history/errors.ts";
import type { Applied, ArchivedTurn, Erased, Erasure, HistoryArchive, Page, PageQuery } from "../../services/history/archive.ts";
import type { SessionRecord, SessionSummary, StoredTurn } from "../../services/history/store.ts";

/** The archive, with what it holds. */
export interface FakeArchive extends HistoryArchive {
  readonly heldTurns: Map<string, StoredTurn>;
  readonly heldSessions: Map<string, SessionRecord>;
  /** Thrown by every call while it is set. */
  failure: Error | undefined;
  /** Calls that changed something, or might have. */
  readonly writes: string[];
}

/** Makes an empty one. */
export function fakeArchive(): FakeArchive {
  return new MemoryArchive();
}

class MemoryArchive implements FakeArchive {
  readonly heldTurns = new Map<string, StoredTurn>();
  readonly heldSessions = new Map<string, SessionRecord>();
  readonly writes: string[] = [];
  readonly #erased = new Set<string>();
  failure: Error | undefined;

  session(sessionId: string): Promise<SessionSummary | undefined> {
    return this.#run(() => {
      const session = this.heldSessions.get(sessionId);
      return session === undefined ? undefined : this.#summary(session);
    });
  }

  turn(turnId: string): Promise<StoredTurn | undefined> {
    return this.#run(() => this.heldTurns.get(turnId));
  }

  sessions(query: Parameters<HistoryArchive["sessions"]>[0] = {}): Promise<Page<SessionSummary>> {
    return this.#run(() => {
      const found = [...this.heldSessions.values()].filter(within(query))
        .filter(({ endReason }) => query.endReason === undefined || endReason === query.endReason).sort((a, b) =>
          b.startedAt - a.startedAt
        );
      return page(found.map((session) => this.#summary(session)), query);
    });
  }

  turns(query: Parameters<HistoryArchive["turns"]>[0] = {}): Promise<Page<StoredTurn>> {
    return this.#run(() => {
      const direction = query.order === "oldest" ? 1 : -1;
      const found = [...this.heldTurns.values()].filter(within(query))
        .filter((turn) => query.sessionId === undefined || turn.sessionId === query.sessionId)
        .filter((turn) => query.outcome === undefined || turn.outcome === query.outcome)
        .sort((a, b) => direction * (a.startedAt - b.startedAt || (a.turnId < b.turnId ? -1 : 1)));
      return page(found, query);
    });
  }

  search(query: Parameters<HistoryArchive["search"]>[0]): Promise<Page<StoredTurn>> {
    return this.#run(() => {
      const words = query.text.toLowerCase().split(/\s+/);
      const found = [...this.heldTurns.values()].filter(within(query))
        .filter((turn) => words.every((word) => `${turn.userText}\n${turn.replyText}`.toLowerCase().includes(word)))
        .filter(({ outcome }) => query.outcome === undefined || outcome === query.outcome)
        .sort((a, b) => b.startedAt - a.startedAt);
      return page(found, query);
    });
  }

  retitle(sessionId: string, title: string): Promise<boolean> {
    return this.#run(() => {
      this.writes.push("retitle");
      const session = this.heldSessions.get(sessionId);
      if (session === undefined) return false;
      const { title: _, ...rest } = session;
      this.heldSessions.set(sessionId, title === "" ? rest : { ...rest, title });
      return true;
    });
  }

  erase(what: Erasure): Promise<Erased> {
    return this.#run(() => {
      this.writes.push("erase");
      const until = "deviceId" in what ? what.until ?? Infinity : Infinity;
      const turns = [...this.heldTurns.values()].filter((turn) =>
        "turnId" in what
          ? turn.turnId === what.turnId
          : "sessionId" in what
          ? turn.sessionId === what.sessionId
          : turn.deviceId === what.deviceId
      ).filter((turn) => turn.startedAt <= until);
      for (const { turnId } of turns) {
        this.heldTurns.delete(turnId);
        this.#erased.add(turnId);
      }
      const sessions = "turnId" in what
        ? []
        : [...this.heldSessions.values()].filter((session) =>
          "sessionId" in what ? session.sessionId === what.sessionId : session.deviceId === what.deviceId && session.startedAt <= until
        ).filter((session) => this.#summary(session).turns === 0);
      for (const { sessionId } of sessions) this.heldSessions.delete(sessionId);
      return { turns: turns.length, sessions: sessions.length, audioFiles: turns.flatMap((turn) => Object.values(turn.audioFiles)) };
    });
  }

  apply(batch: readonly ArchivedTurn[]): Promise<Applied> {
    return this.#run(() => {
      this.writes.push("apply");
      let added = 0;
      for (const { turn, session } of batch) {
        if (this.heldTurns.has(turn.turnId) || this.#erased.has(turn.turnId)) continue;
        added++;
        this.heldTurns.set(turn.turnId, turn);
        const { sessionId, deviceId, startedAt } = turn;
        if (!this.heldSessions.has(sessionId)) {
          this.heldSessions.set(sessionId, session ?? { sessionId, deviceId, clientId: "", startedAt, endReason: "import" });
        }
      }
      return { added, updated: 0, skipped: batch.length - added };
    });
  }

  #summary(session: SessionRecord): SessionSummary {
    return { ...session, turns: [...this.heldTurns.values()].filter((turn) => turn.sessionId === session.sessionId).length };
  }

  #run<T>(body: () => T): Promise<T> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    try {
      return Promise.resolve(body());
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

function within({ deviceId, from = -Infinity, until = Infinity }: { deviceId?: string; from?: number; until?: number }) {
  return (record: { readonly deviceId: string; readonly startedAt: number }) =>
    (deviceId === undefined || record.deviceId === deviceId) && record.startedAt >= from && record.startedAt < until;
}

function page<T>(all: readonly T[], { limit = 50, cursor }: PageQuery): Page<T> {
  if (cursor !== undefined && !/^at\d{1,9}$/.test(cursor)) throw new HistoryError(`The cursor '${cursor}' is none of a list`, "bad_cursor");
  const start = Number(cursor?.slice(2) ?? 0);
  const end = start + limit;
  return { items: all.slice(start, end), ...(end < all.length ? { next: `at${end}` } : {}) };
}
