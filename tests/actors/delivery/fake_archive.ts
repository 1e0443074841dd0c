/**
 * An archive in memory that can be told to fail, as archives do.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Applied, ArchivedTurn, HistoryArchive } from "../../../services/history/archive.ts";
import { HistoryError } from "../../../services/history/errors.ts";
import type { SessionRecord, StoredTurn } from "../../../services/history/store.ts";

/** What becomes of one call. */
export type ArchiveFault =
  /** It works. */
  | "none"
  /** It fails before anything is written; the same call may succeed later. */
  | "unreachable"
  /** It fails for good, before anything is written. */
  | "refuse"
  /** Everything is written, and the answer is lost. */
  | "lost"
  /** Half is written although the call fails, as no transaction allows. */
  | "partial"
  /** Nothing is written and no answer comes until {@link FakeArchive.release}. */
  | "hang"
  /** Everything is written once {@link FakeArchive.release} is called, and not before. */
  | "slow";

/** Turns in memory. */
export class FakeArchive implements Pick<HistoryArchive, "apply"> {
  /** Turns in the order in which they were added first. */
  readonly turns: StoredTurn[] = [];
  readonly sessions = new Map<string, SessionRecord>();
  /** Sizes of the batches, refused ones included. */
  readonly calls: number[] = [];
  /** What becomes of the next calls, first to last; `none` when it is empty. */
  readonly faults: ArchiveFault[] = [];
  /** What becomes of every call, where {@link faults} says nothing. */
  fault: ArchiveFault = "none";
  /** Ids of turns that are refused for good, whatever else is in the batch. */
  readonly poison = new Set<string>();
  #held: PromiseWithResolvers<void>[] = [];

  async apply(batch: readonly ArchivedTurn[]): Promise<Applied> {
    this.calls.push(batch.length);
    assert.equal(new Set(batch.map(({ turn }) => turn.turnId)).size, batch.length, "a turn is twice in a batch");
    const fault = this.faults.shift() ?? this.fault;
    if (fault === "hang" || fault === "slow") {
      const held = Promise.withResolvers<void>();
      this.#held.push(held);
      await held.promise;
      if (fault === "hang") throw unreachable();
    }
    if (fault === "unreachable") throw unreachable();
    if (fault === "refuse") throw new HistoryError("Cannot apply turns: the table is gone", "history_failed");
    const bad = batch.find(({ turn }) => this.poison.has(turn.turnId));
    if (bad !== undefined) throw new HistoryError(`Cannot apply turn '${bad.turn.turnId}': a value is out of range`, "history_failed");
    const added = this.#write(fault === "partial" ? batch.slice(0, Math.ceil(batch.length / 2)) : batch);
    if (fault === "lost" || fault === "partial") throw unreachable();
    return { added, updated: 0, skipped: batch.length - added };
  }

  /** Lets calls go on that hang or are slow; how many. */
  release(): number {
    const held = this.#held;
    this.#held = [];
    for (const { resolve } of held) resolve();
    return held.length;
  }

  /** Ids in the order in which they arrived, of one device or of all. */
  ids(deviceId?: string): string[] {
    return this.turns.filter((turn) => deviceId === undefined || turn.deviceId === deviceId).map(({ turnId }) => turnId);
  }

  #write(batch: readonly ArchivedTurn[]): number {
    let added = 0;
    for (const { turn, session } of batch) {
      const known = session === undefined ? undefined : this.sessions.get(session.sessionId);
      if (session !== undefined && known?.endedAt === undefined) this.sessions.set(session.sessionId, session);
      if (this.turns.some(({ turnId }) => turnId === turn.turnId)) continue;
      this.turns.push(turn);
      added++;
    }
    return added;
  }
}

function unreachable(): HistoryError {
  return new HistoryError("Cannot apply turns: the database does not answer", "history_unreachable");
}
