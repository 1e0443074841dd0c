/**
 * What the delivery actor can be told.
 *
 * @module
 */

/** Everything that the delivery actor can be told. */
export type DeliveryActorEvent =
  /** A turn was committed, or a session ended. */
  | { readonly type: "TURN_COMMITTED" }
  /** The archive can be reached, after it could not. */
  | { readonly type: "ARCHIVE_REACHABLE" }
  /** The process is about to end: deliver what can be delivered. */
  | { readonly type: "DRAIN" }
  /** The time for that is over. */
  | { readonly type: "DRAIN_DEADLINE" };
