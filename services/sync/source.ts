/**
 * Where the sync daemon takes history from. Each source reads in its own way and knows how a record of its kind becomes a turn.
 *
 * @module
 */

import type { ArchivedTurn } from "../history/archive.ts";

/** What a source read in one go. */
export interface Harvest {
  /** The records as turns, oldest first. Reading them again yields the same turn ids. */
  readonly turns: readonly ArchivedTurn[];
  /**
   * Turns that an earlier harvest may have held and that are none any more, because their records turned out to belong to other turns: an
   * answer whose question became visible after it. Those that are there are erased.
   */
  readonly retracted?: readonly string[];
  /** What to read from next time: durable once the turns are. Opaque to all but the source. */
  readonly checkpoint: string;
  /** Whether more can be read right now. */
  readonly more: boolean;
  /** When the newest record was made at the source, Unix milliseconds; for the lag. */
  readonly newestAt?: number;
}

/** A source of history. */
export interface HistorySource {
  /** Short and stable: the name of its checkpoint, a label of metrics, and the first part of {@link StoredTurn.origin}. */
  readonly name: string;
  /** Whether a record that was read may still change, so that it is applied again. */
  readonly mutable: boolean;
  /** Reads what is new since `checkpoint`; undefined reads from the beginning, as far back as the source gives. */
  read(checkpoint: string | undefined, options: { readonly signal: AbortSignal }): Promise<Harvest>;
}

/** Where checkpoints are kept, guarded by the fencing token of the reader's lease. */
export interface Checkpoints {
  /** The checkpoint of a source; undefined where there is none. */
  load(source: string): Promise<string | undefined>;
  /** Keeps a checkpoint. False when a holder with a greater token was here: the caller is not the leader any more. */
  save(source: string, checkpoint: string, token: number): Promise<boolean>;
  /**
   * Says that the holder of `token` takes over: from now on nobody with a smaller one saves anything. False when a holder with a greater
   * token was here.
   */
  claim(token: number): Promise<boolean>;
}
