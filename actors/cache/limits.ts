/**
 * Limits of the invalidation actor.
 *
 * @module
 */

/** How long a subscription may take: a command's own time-out is shorter, at most 10 s, and its end is heard. */
export const SUBSCRIBING_LIMIT_MS = 15_000;

/** How long announcing may take: at most 10,000 tags, 500 a command, each a few milliseconds. */
export const ANNOUNCING_LIMIT_MS = 30_000;

/**
 * After an outage that all nodes saw, how long each waits for the others before it uses what is in Redis: another may still have to tell what
 * it changed in between. Three times the longest pause between two attempts to connect.
 */
export const SETTLE_MS = 3000;

/** First pause after the channel was lost; each further one is twice as long. */
export const FIRST_PAUSE_MS = 100;

/** Longest pause: the cache is used again within this and {@link SETTLE_MS} after Redis is back. */
export const MAX_PAUSE_MS = 5000;
