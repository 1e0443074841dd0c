/**
 * What is shown of the delivery.
 *
 * @module
 */

import type { DeliveryFailure } from "../../services/delivery/ledger.ts";

/** What the delivery does. */
export type DeliveryState =
  /** There is no archive but the local history itself: entries are kept for one that may come. */
  | "local"
  | "idle"
  | "gathering"
  | "delivering"
  /** The archive cannot be reached. */
  | "backoff"
  /** The archive refuses everything; {@link DeliveryStatus.lastError} says why. */
  | "blocked"
  | "drained"
  /** It crashed again and again, and stays down until the next start. */
  | "down";

/** The delivery at a glance. */
export interface DeliveryStatus {
  readonly state: DeliveryState;
  /** Turns that wait. */
  readonly depth: number;
  /** Ends of sessions that wait. */
  readonly sessions: number;
  /** How long the oldest of them has waited, milliseconds; 0 when nothing waits. */
  readonly oldestAgeMs: number;
  /** Turns delivered since the process started. */
  readonly delivered: number;
  /** Turns and ends of sessions that the archive refused for good; they are kept and tried again. */
  readonly parked: number;
  /** The last failure since the process started. */
  readonly lastError?: DeliveryFailure;
  /** What database and audio take of the disk, bytes, as last measured and added to. */
  readonly bytesUsed: number;
  /** What they may take before audio is refused. */
  readonly maxBytes: number;
  /** Whether audio is refused now. */
  readonly audioRefused: boolean;
}
