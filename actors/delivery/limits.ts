/**
 * Times of the delivery chart, milliseconds.
 *
 * @module
 */

/** Between a nudge and a batch, and between two batches: a tenth of an audio frame for whoever else needs the event loop. */
export const PAUSE_MS = 6;
/** A batch that takes longer hangs: above the 30 s that a database may take to connect or to answer. */
export const DELIVERING_LIMIT_MS = 60_000;
/** How often it is looked whether something waits that nobody told of, such as what was imported. */
export const POLL_MS = 60_000;
/** The first pause after a failure; each further one is twice as long. */
export const BACKOFF_FIRST_MS = 1_000;
/** The longest pause: when the archive is back and nobody says so, what waits is delivered within this. */
export const BACKOFF_MAX_MS = 60_000;
/** Pause while the archive refuses everything: a person has to repair it, and each attempt asks it for every turn of a batch. */
export const BLOCKED_MS = 300_000;
/** How often old turns that were delivered are looked for. */
export const PRUNE_EVERY_MS = 600_000;
/** Deleting a hundred rows takes milliseconds; a disk that needs longer than this is broken. */
export const PRUNING_LIMIT_MS = 30_000;

/**
 * The pause after the `failures`-th failure in a row, milliseconds: between half and all of the doubled one, so that several runtimes in
 * front of one archive do not come back all at once.
 *
 * @param random A number in [0, 1).
 */
export function backoffMs(failures: number, random: number): number {
  const full = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(failures, 16));
  return Math.max(BACKOFF_FIRST_MS, full * (0.5 + random / 2));
}
