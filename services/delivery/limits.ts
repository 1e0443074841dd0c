/**
 * Limits of a delivery.
 *
 * @module
 */

/** Turns of one batch, and so of one transaction: on a database in the same process, a hold of the event loop of a few frames at most. */
export const MAX_BATCH_TURNS = 200;
/** Turns of the first batch: small enough for any receiver to answer soon. */
export const FIRST_BATCH_TURNS = 25;
/** UTF-8 bytes of text in one batch; far below the 64 MiB that MySQL takes in a statement (`max_allowed_packet`). */
export const MAX_BATCH_BYTES = 1_048_576;
/** A batch that was applied within this makes the next one twice as large, milliseconds. */
export const QUICK_BATCH_MS = 500;
/** A batch that took longer than this makes the next one half as large, well before the chart's watchdog ends it, milliseconds. */
export const SLOW_BATCH_MS = 5_000;
/** How often what the archive refused for good is tried again: an archive is repaired or replaced by people, who take days. */
export const RETRY_PARKED_MS = 86_400_000;
/** Rows deleted in one go: about 2 ms of the main thread. */
export const PRUNE_ROWS = 100;
