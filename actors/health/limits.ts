/**
 * Limits of the health actor.
 *
 * @module
 */

/** Of a check's interval, the part that chance adds or takes away, so that checks of many nodes do not come together. */
export const JITTER = 0.1;

/** The first round begins within this, milliseconds: soon, because readiness waits for it, and not all at once. */
export const FIRST_SPREAD_MS = 200;

/** After this many intervals without an answer, what is known is old news: the actor that asks is down, or hangs. */
export const STALE_INTERVALS = 5;
