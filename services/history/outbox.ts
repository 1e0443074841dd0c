/**
 * The way out of the local history: every committed turn waits here until it was delivered.
 *
 * @module
 */

import type { StoredTurn } from "./store.ts";

/** A turn that waits for delivery. The entry refers to the turn's row, which never changes after its commit. */
export interface OutboxEntry {
  /** Order of commits; never reused, so a receiver may remember the last one it applied. */
  readonly seq: number;
  readonly turnId: string;
  /** Unix milliseconds of the commit. */
  readonly createdAt: number;
  readonly turn: StoredTurn;
}

/** The reader's side of the outbox. */
export interface Outbox {
  /** The oldest entries not acknowledged yet, in order; at most 1,000 at a time. */
  pendingOutbox(limit?: number): Promise<readonly OutboxEntry[]>;
  /** Takes an entry out after its turn was delivered; an unknown number is ignored. */
  acknowledge(seq: number): Promise<void>;
}
