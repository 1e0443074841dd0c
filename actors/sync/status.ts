/**
 * The sync daemon as others see it: for health, the status page and metrics.
 *
 * @module
 */

/** What a node does in the sync. */
export type SyncRole = "follower" | "leader" | "backoff";

/** One source. Counts are of this process, since its start. */
export interface SourceStatus {
  readonly name: string;
  /**
   * How far this source is behind, milliseconds: whatever was there at the source that long ago is here. Absent where this node does not
   * read it, or has not read all of it yet.
   */
  readonly lagMs?: number;
  /** Whether there is more to be read at once. */
  readonly draining: boolean;
  /** Between two readings at present, milliseconds. */
  readonly intervalMs: number;
  /** When it was read successfully last, Unix milliseconds. */
  readonly lastSuccessAt?: number;
  /** Errors since the last success. */
  readonly failures: number;
  /** Why the last reading failed, where it did. */
  readonly lastError?: { readonly code: string; readonly message: string };
  /** Readings that went well. */
  readonly reads: number;
  /** Readings that failed. */
  readonly errors: number;
  /** Turns that were not there before. */
  readonly added: number;
  /** Turns that were brought up to date. */
  readonly updated: number;
  /** Turns that were read and were there. */
  readonly skipped: number;
}

/** The daemon. */
export interface SyncStatus {
  readonly role: SyncRole;
  /** The part of the chart: `follower.asking`, `leader.draining` and so on. */
  readonly state: string;
  /** Why this node could not ask for the lease, where it could not. */
  readonly leaseError?: { readonly code: string; readonly message: string };
  readonly sources: readonly SourceStatus[];
}
