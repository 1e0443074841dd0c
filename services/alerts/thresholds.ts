/**
 * Beyond what something is worth an alert.
 *
 * @module
 */

/** Thresholds, as the configuration has them. */
export interface Thresholds {
  /** Age of the oldest turn in the outbox, seconds. */
  readonly outboxAgeSeconds: number;
  /** Seconds that the sync may be behind. */
  readonly syncLagSeconds: number;
  /** Failed turns of a hundred. */
  readonly turnErrorPercent: number;
  /** Failed calls to a provider of a hundred. */
  readonly providerErrorPercent: number;
  /** Time to the first frame of an answer that 95 of 100 should stay below, seconds. */
  readonly responseSeconds: number;
  /** Crashes of one part within ten minutes. */
  readonly crashes: number;
  /** Seconds that a device may be in a state beyond its watchdog. */
  readonly stuckSeconds: number;
  /** Free space on the disk, MiB. */
  readonly diskFreeMib: number;
  /** Lateness of timers, milliseconds. */
  readonly eventLoopDelayMs: number;
}
