/**
 * A history that does not give a turn up because the store is busy: another program holds the database for a moment, the disk is full until
 * somebody frees some.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { type Clock, delay } from "../../base/clock.ts";
import { AppError, messageOf } from "../../base/errors.ts";
import type { HistoryStore, TurnRecord } from "./store.ts";

/** First pause before a commit is tried again; most locks are held for a moment. Each further pause is twice as long. */
const FIRST_PAUSE_MS = 50;
/** Longest pause: when the store is back, waiting turns are kept within this. */
const MAX_PAUSE_MS = 2000;
/**
 * Turns that may wait at once. A thousand are hours of a household, or minutes of a fleet, in a few megabytes; beyond it a failure is
 * reported as it comes.
 */
const MAX_WAITING = 1000;
/** At the end of the process, how long waiting turns are still tried: within the 5 s that stopping may take. */
const LAST_TRIES_MS = 1000;

/** What a {@link patientHistory} needs. */
export interface PatientHistoryOptions {
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Wraps a store: `commitTurn` is tried until it succeeds, fails for good, or the process ends. Disposing gives what waits a last chance and
 * then disposes of the store.
 */
export function patientHistory(store: HistoryStore, options: PatientHistoryOptions): HistoryStore {
  const { clock, logger } = options;
  const waiting = new Set<Promise<void>>();
  const closing = new AbortController();

  const tryAgain = async (turn: TurnRecord, first: unknown): Promise<void> => {
    logger.warn("Turn {turnId} cannot be kept yet and is tried again: {error}", { turnId: turn.turnId, error: messageOf(first) });
    for (let pauseMs = FIRST_PAUSE_MS;; pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2)) {
      await delay(clock, pauseMs, closing.signal);
      try {
        await store.commitTurn(turn);
        logger.info("Turn {turnId} is kept after all", { turnId: turn.turnId });
        return;
      } catch (error) {
        if (!isPassing(error)) throw error;
      }
    }
  };

  const commitTurn = async (turn: TurnRecord): Promise<void> => {
    try {
      await store.commitTurn(turn);
    } catch (error) {
      if (!isPassing(error) || waiting.size >= MAX_WAITING) throw error;
      const again = tryAgain(turn, error);
      waiting.add(again);
      try {
        await again;
      } finally {
        waiting.delete(again);
      }
    }
  };

  return {
    openSession: (session) => store.openSession(session),
    closeSession: (sessionId, endedAt, reason) => store.closeSession(sessionId, endedAt, reason),
    draftTurn: (draft) => store.draftTurn(draft),
    commitTurn,
    listSessions: (query) => store.listSessions(query),
    listTurns: (query) => store.listTurns(query),
    notePersisted: (turnId, persistedMs) => store.notePersisted(turnId, persistedMs),
    async [Symbol.asyncDispose]() {
      const settled = Promise.allSettled(waiting);
      const deadline = new AbortController();
      await Promise.race([settled, delay(clock, LAST_TRIES_MS, deadline.signal).catch(() => {})]);
      deadline.abort();
      if (waiting.size > 0) logger.error("{count} turns could not be kept", { count: waiting.size });
      closing.abort(new AppError("The history is closed before the turn could be kept", { code: "history_closed" }));
      await settled;
      await store[Symbol.asyncDispose]();
    },
  };
}

function isPassing(error: unknown): boolean {
  return error instanceof AppError && error.retryable;
}
