/**
 * Times of the sync daemon that nobody configures.
 *
 * @module
 */

/** Renewals in one life of the lease: two may fail or be late, and the third still comes in time. */
export const RENEWALS_PER_LEASE = 3;

/** Tries within the time between two renewals, after one that failed: the keeper may be back at any moment. */
export const RETRIES_PER_RENEWAL = 4;

/**
 * How often a follower asks for the lease, in lives of the lease: a leader that dies is followed after at most one and a half lives, and
 * nodes that wait cost the keeper two calls in each.
 */
export const ASKS_PER_LEASE = 2;

/**
 * Longest step, milliseconds: a page with as much audio as it may hold takes two minutes of encoding on a slow machine. A step that takes
 * longer hangs.
 */
export const STEP_LIMIT_MS = 300_000;

/** Shortest pause before anything is tried again, milliseconds: no fault may keep a core busy. */
export const MIN_PAUSE_MS = 100;
