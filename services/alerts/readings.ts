/**
 * What alerts are made of: readings of the process, through an interface so narrow that neither metrics nor health are needed to test them.
 * A reading that is absent is not known now: it raises nothing, and resolves nothing.
 *
 * @module
 */

/** How a component is. */
export interface ComponentReading {
  /** Its name, of a bounded set. */
  readonly component: string;
  readonly status: "pass" | "warn" | "fail";
  /** Why, for people; without secrets. */
  readonly reason?: string;
}

/** Counts of what was done and what of it failed, since the process started. */
export interface OutcomeCounts {
  readonly total: number;
  readonly failed: number;
}

/** How long something took, since the process started. */
export interface DurationCounts {
  /** Upper ends of the buckets, seconds, ascending, without the infinite one. */
  readonly buckets: readonly number[];
  /** Durations at or below each upper end; the last one, one more than there are buckets, is of all. */
  readonly counts: readonly number[];
}

/** How long a device has been in a state. */
export interface DeviceReading {
  readonly deviceId: string;
  readonly state: string;
  /** Milliseconds. */
  readonly inStateMs: number;
  /** When the chart's own watchdog of that state acts, milliseconds; absent where the state has none. */
  readonly watchdogMs?: number;
}

/** All that is read at one moment. */
export interface Readings {
  readonly components?: readonly ComponentReading[];
  /** How long the oldest turn has waited in the outbox, seconds; 0 where none waits. */
  readonly outboxOldestSeconds?: number;
  /** How far the sync is behind its source, seconds. */
  readonly syncLagSeconds?: number;
  /** Turns that are over, and those that failed by the server. The error budget is counted in them, too. */
  readonly turns?: OutcomeCounts;
  /** Calls to providers, by kind and name of provider. */
  readonly providers?: readonly ({ readonly kind: string; readonly provider: string } & OutcomeCounts)[];
  /** From the end of speech to the first frame of the answer. */
  readonly responses?: DurationCounts;
  /** Failures of actors and services since the process started, by their place in the tree. */
  readonly crashes?: readonly { readonly path: string; readonly count: number }[];
  readonly devices?: readonly DeviceReading[];
  /** Free on the disk that holds the data directory, bytes. */
  readonly diskFreeBytes?: number;
  /** By how much timers are late, seconds. */
  readonly eventLoopDelaySeconds?: number;
}

/** Reads everything. What it throws counts as everything unknown. */
export type Read = (signal: AbortSignal) => Readings | Promise<Readings>;
