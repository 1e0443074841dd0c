/**
 * How a supervisor restarts: which children, how often, how soon.
 *
 * @module
 */

/** Which children are restarted when one has crashed. */
export type Strategy =
  /** That one. */
  | "one_for_one"
  /** That one and those started after it, which rely on it. */
  | "rest_for_one"
  /** All. */
  | "one_for_all"
  /** That one, of many of the same sort that come and go; a snapshot counts them by state. */
  | "simple_one_for_one";

/** How long restarts wait. The first of a series is immediate. */
export interface BackOff {
  /** Delay of the second restart in a row, milliseconds. */
  readonly firstMs: number;
  /** No restart waits longer than this, but for the jitter, milliseconds. */
  readonly maxMs: number;
  /** How much longer each further restart waits than the one before. */
  readonly factor: number;
  /** The part of a delay that chance adds or takes away, 0 to 1: what failed together should not come back together. */
  readonly jitter: number;
  /** A child that ran this long has recovered, and its next restart is immediate again, milliseconds; the period by default. */
  readonly resetMs?: number;
}

/** What a supervisor may have that is different. */
export interface SupervisorSettings {
  /** @default {"one_for_one"} */
  readonly strategy?: Strategy;
  /** Restarts allowed within the period; one more and the supervisor gives up. @default {INTENSITY} */
  readonly intensity?: number;
  /** The window that the intensity counts in, milliseconds. @default {PERIOD_MS} */
  readonly periodMs?: number;
  readonly backOff?: BackOff;
  /** Whether the end of a `significant` child, or of all of them, ends the supervisor. @default {"never"} */
  readonly autoShutdown?: "never" | "any" | "all";
}

/** OTP's tuning text allows a burst of 5 in 30 s for children that start quickly. */
export const INTENSITY = 5;

/** The window that {@link INTENSITY} counts in, milliseconds. */
export const PERIOD_MS = 30_000;

/** No restart waits longer than 8 s, so that {@link INTENSITY} can still be exceeded within {@link PERIOD_MS}. */
export const BACK_OFF: BackOff = { firstMs: 1000, maxMs: 8000, factor: 2, jitter: 0 };
