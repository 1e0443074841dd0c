/**
 * When a breaker opens and for how long.
 *
 * @module
 */

/** The numbers of a breaker. Times are in milliseconds. */
export interface BreakerTuning {
  /** Failures one after the other that open it. */
  readonly consecutiveFailures: number;
  /** Part of the calls in the window whose failure opens it, 0 to 1. */
  readonly failureRate: number;
  /** Calls in the window below which the rate says nothing. */
  readonly minimumCalls: number;
  /** Length of the window. */
  readonly windowMs: number;
  /** First cool-down; it doubles each time that a probe fails. */
  readonly cooldownMs: number;
  /** Longest cool-down. */
  readonly maxCooldownMs: number;
  /** Calls that are let through after a cool-down and must succeed. */
  readonly probes: number;
  /** After this time a probe that nobody settled is given up, so that a lost call cannot keep the provider out for ever. */
  readonly probeMs: number;
}

/** The numbers where none are given. */
export const BREAKER_DEFAULTS: BreakerTuning = {
  // One failure is a hiccup and two can be the same one; at the third, people have waited three times for nothing.
  consecutiveFailures: 3,
  // Below half, asking the provider first is still the quicker way on average.
  failureRate: 0.5,
  // About two turns of several sentences each: fewer are too few for a rate.
  minimumCalls: 10,
  // Several turns of one person at the usual pace; an outage of an hour ago says nothing about now.
  windowMs: 60_000,
  // Longer than a dropped connection or a restarted process takes, shorter than people stop trying.
  cooldownMs: 5_000,
  // A provider that comes back is used again within two minutes, and its outage costs one call every two minutes.
  maxCooldownMs: 120_000,
  // Each probe is a person who may wait in vain: one is enough to know.
  probes: 1,
  // Twice the longest time limit of a stage (15 s): a call that lasts longer has been lost.
  probeMs: 30_000,
};

/** Part of a cool-down that is added at random, so that many servers do not come back to one provider at the same instant. */
export const COOLDOWN_SPREAD = 0.2;

/** The defaults with changes. */
export function tuned(changes: Partial<BreakerTuning> = {}): BreakerTuning {
  return { ...BREAKER_DEFAULTS, ...changes };
}
