/**
 * When a source is read next: seldom while it is quiet, often while there is news, ever later while it fails.
 *
 * @module
 */

import type { Random } from "../../base/random.ts";

/** The part of the section `sync` of the configuration that the rhythm follows. Milliseconds. */
export interface RhythmTuning {
  /** Between two readings of a quiet source. */
  readonly intervalMs: number;
  /** Between two readings while there is news. */
  readonly minIntervalMs: number;
  /** After the first error. */
  readonly backoffMs: number;
  /** After many. */
  readonly backoffMaxMs: number;
}

/** How a source has been lately. */
export interface Rhythm {
  /** Between the last reading and the next, milliseconds. */
  readonly intervalMs: number;
  /** Errors since the last success. */
  readonly failures: number;
  /** When something new was read last, on the monotonic clock. */
  readonly newsAt?: number;
}

/**
 * A source stays at the shortest interval for this long after news, milliseconds: people who talk with a device make pauses of up to a
 * minute, and what they say next is to be seen as quickly as what they said first.
 */
const ACTIVE_MS = 60_000;

/** Growth of the interval with each quiet reading after that: from 1 s back to 30 s in 9 readings, which take a minute and a half. */
const RELAX = 1.5;

/** Most of a pause that chance adds, so that nodes and sources that failed together do not come back together. */
const JITTER = 0.2;

/** Doublings after which a number is above every maximum that the configuration takes. */
const MAX_DOUBLINGS = 30;

/** The rhythm of a source that was never read. */
export function firstRhythm(tuning: RhythmTuning): Rhythm {
  return { intervalMs: tuning.intervalMs, failures: 0 };
}

/** The rhythm after a reading that went well. */
export function afterReading(rhythm: Rhythm, news: boolean, now: number, tuning: RhythmTuning): Rhythm {
  if (news) return { intervalMs: tuning.minIntervalMs, failures: 0, newsAt: now };
  const { newsAt } = rhythm;
  if (newsAt !== undefined && now - newsAt < ACTIVE_MS) return { intervalMs: tuning.minIntervalMs, failures: 0, newsAt };
  const intervalMs = Math.min(tuning.intervalMs, Math.max(tuning.minIntervalMs, rhythm.intervalMs) * RELAX);
  return { intervalMs, failures: 0, ...(newsAt === undefined ? {} : { newsAt }) };
}

/** The rhythm after a reading that failed. */
export function afterFailure(rhythm: Rhythm): Rhythm {
  return { ...rhythm, failures: rhythm.failures + 1 };
}

/** Milliseconds to wait after `failures` errors in a row, from 1. */
export function backoffOf(failures: number, tuning: Pick<RhythmTuning, "backoffMs" | "backoffMaxMs">, random: Random): number {
  const doubled = tuning.backoffMs * 2 ** Math.min(Math.max(0, failures - 1), MAX_DOUBLINGS);
  return Math.min(tuning.backoffMaxMs, doubled) * (1 + JITTER * random.next());
}
