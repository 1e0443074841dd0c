/**
 * The history as people use it: found, read, titled, erased and brought back. Every store that keeps turns for good implements it.
 *
 * @module
 */

import type { SessionRecord, SessionSummary, StoredTurn, TurnOutcome } from "./store.ts";

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins: opaque, safe in a URL; absent on the last page. */
  readonly next?: string;
}

/** What narrows and cuts every list. */
export interface PageQuery {
  /** Items on a page, 1 to 1,000; 50 by default. */
  readonly limit?: number;
  /** {@link Page.next} of the page before. */
  readonly cursor?: string;
}

/** What narrows a list by whose it is and when it began, Unix milliseconds, `from` included and `until` not. */
export interface SpanQuery extends PageQuery {
  readonly deviceId?: string;
  readonly from?: number;
  readonly until?: number;
}

/** What narrows a list of sessions. */
export interface SessionsQuery extends SpanQuery {
  /** Why they ended: {@link SessionRecord.endReason}. */
  readonly endReason?: string;
}

/** What narrows a list of turns. */
export interface TurnsQuery extends SpanQuery {
  readonly sessionId?: string;
  readonly outcome?: TurnOutcome;
  /** `newest` first by default. */
  readonly order?: "newest" | "oldest";
}

/** What is searched for. */
export interface SearchQuery extends SpanQuery {
  /**
   * Words that must all occur, in what was said or answered, in any order; 1 to 200 characters. White space separates words; each is found
   * wherever it stands, also within a longer word, so Chinese needs no spaces. Case and width of characters do not count.
   */
  readonly text: string;
  readonly outcome?: TurnOutcome;
}

/** What to erase. `until` keeps turns that began later. */
export type Erasure =
  | { readonly turnId: string }
  | { readonly sessionId: string }
  | { readonly deviceId: string; readonly until?: number };

/** What was erased. */
export interface Erased {
  readonly turns: number;
  readonly sessions: number;
  /** Audio that belonged to it and can go: paths as in {@link StoredTurn.audioFiles}. */
  readonly audioFiles: readonly string[];
}

/** A turn that comes from elsewhere: from the local outbox, a source of the sync daemon, or an export. */
export interface ArchivedTurn {
  readonly turn: StoredTurn;
  /** Its session, where it is known; without it one is made from the turn. */
  readonly session?: SessionRecord;
}

/** What became of a batch. */
export interface Applied {
  /** Turns that were not there before. */
  readonly added: number;
  /** Turns that were there, and were changed by a source that may change its own. */
  readonly updated: number;
  /** Turns that were there already, or had been erased, and were left as they are. */
  readonly skipped: number;
}

/** A store of turns for good. */
export interface HistoryArchive {
  /** A session; undefined for an unknown id. */
  session(sessionId: string): Promise<SessionSummary | undefined>;
  /** A committed turn; undefined for an unknown id. */
  turn(turnId: string): Promise<StoredTurn | undefined>;
  /**
   * Sessions, newest first.
   *
   * @throws {HistoryError} `bad_cursor` for a cursor that no list gave.
   */
  sessions(query?: SessionsQuery): Promise<Page<SessionSummary>>;
  /**
   * Committed turns, by the time at which they began and then by id.
   *
   * @throws {HistoryError} `bad_cursor`.
   */
  turns(query?: TurnsQuery): Promise<Page<StoredTurn>>;
  /**
   * Turns in which all words occur, newest first.
   *
   * @throws {HistoryError} `bad_cursor`.
   */
  search(query: SearchQuery): Promise<Page<StoredTurn>>;
  /** Titles a session; an empty title takes it away. False for an unknown id. */
  retitle(sessionId: string, title: string): Promise<boolean>;
  /**
   * Erases for good: what arrives later under an erased id, by delivery, by a source or by import, does not come back. A session or a device
   * is erased up to now, or `until`; what begins later is kept. A turn under way stays until it is over, and its commit then keeps nothing.
   * Many turns go in steps, between which everything else runs; what a crash cuts short goes on at the next start. Erasing a whole device
   * takes its memory and its role along; with `until` a memory goes that covers no later turn.
   */
  erase(what: Erasure): Promise<Erased>;
  /**
   * Applies turns from elsewhere in one transaction, each exactly once by its turn id. `replace` is for a source that may still change
   * its records: then a turn of the same id and the same {@link StoredTurn.origin} is brought up to date; a turn without an origin was made
   * by a device of this runtime and never changes. On SQLite a batch holds the event loop up, 200 turns for tens of
   * milliseconds, so callers keep batches small.
   */
  apply(batch: readonly ArchivedTurn[], options?: { readonly replace?: boolean }): Promise<Applied>;
}
