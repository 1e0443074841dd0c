/**
 * The way out of the local history: every committed turn, and every session that has ended, waits here until it was delivered.
 *
 * @module
 */

import type { SessionRecord, StoredTurn } from "./store.ts";

/** What an entry is known by: turns and sessions are numbered apart. */
export interface OutboxTicket {
  readonly kind: "turn" | "session";
  /** Order of commits; never reused, so a receiver may remember the last one it applied. */
  readonly seq: number;
}

/** A turn that waits for delivery. The entry refers to the turn's row, which never changes after its commit. */
export interface OutboxEntry extends OutboxTicket {
  readonly kind: "turn";
  readonly turnId: string;
  /** Unix milliseconds of the commit. */
  readonly createdAt: number;
  readonly turn: StoredTurn;
  /** The turn's session as it is now, where it was recorded. */
  readonly session?: SessionRecord;
}

/** A session that has ended since its turns began to be delivered. */
export interface SessionEntry extends OutboxTicket {
  readonly kind: "session";
  /** Unix milliseconds of the end's commit. */
  readonly createdAt: number;
  /** The session as it is now; absent where it has been erased. */
  readonly session?: SessionRecord;
  /** The newest of its turns that was delivered; absent where none was: one that still waits takes the session along as it is then. */
  readonly turn?: StoredTurn;
}

/** How much waits. */
export interface OutboxLoad {
  /** Turns that wait for their delivery, parked ones not counted. */
  readonly turns: number;
  /** Ended sessions that wait for theirs. */
  readonly sessions: number;
  /** Turns and sessions that the receiver refused for good. */
  readonly parked: number;
  /** Unix milliseconds at which the oldest that waits was committed; absent when nothing waits. */
  readonly oldestAt?: number;
}

/** The reader's side of the outbox. */
export interface Outbox {
  /**
   * The oldest turns that are neither acknowledged nor parked, in the order of their commits; at most `limit`, 1 to 1,000, and no more than
   * `maxBytes` of text (UTF-8), but always one.
   */
  pendingOutbox(limit?: number, maxBytes?: number): Promise<readonly OutboxEntry[]>;
  /** The oldest ends of sessions that are neither acknowledged nor parked; at most `limit`, 1 to 1,000. */
  pendingSessions(limit?: number): Promise<readonly SessionEntry[]>;
  /** Takes entries out after their delivery, all or none of them; unknown ones are ignored. A number is that of a turn. */
  acknowledge(what: number | readonly OutboxTicket[]): Promise<void>;
  /** Sets entries aside that the receiver refuses for good, so that the ones behind them are delivered. They stay in the history. */
  park(what: readonly OutboxTicket[], reason: string): Promise<void>;
  /** Puts everything parked back to its place; how many. */
  unpark(): Promise<number>;
  /** Counts what waits. */
  outboxLoad(): Promise<OutboxLoad>;
  /**
   * Deletes turns that were delivered and began before `before` (Unix milliseconds), and sessions without turns that did, at most `limit` of
   * each: what waits or is parked stays, and so do audio files, to which the receiver refers, and the newest session of each device, by
   * which it is known.
   *
   * @returns How many rows were deleted; 0 when there is nothing more to delete.
   */
  pruneDelivered(before: number, limit: number): Promise<number>;
}
