/**
 * What the invalidation actor hears, and what it is started with.
 *
 * @module
 */

import type { InvalidationChannel } from "../../services/cache/channel.ts";

/** What happens to it. */
export type InvalidationEvent =
  /** The connection is there again, so that nothing need be waited for. */
  | { readonly type: "CONNECTED" }
  /** Messages of other nodes are heard. */
  | { readonly type: "SUBSCRIBED" }
  /** Messages may have been missed, or could not be sent. */
  | { readonly type: "LOST"; readonly reason: string };

/** What it is started with. */
export interface InvalidationInput {
  readonly channel: InvalidationChannel;
  /** Number in [0, 1), for the back-off. */
  readonly random: () => number;
  /** How long other nodes are given to come back; {@link SETTLE_MS} but in tests. */
  readonly settleMs?: number;
}

/** What it keeps in mind. */
export interface InvalidationContext extends InvalidationInput {
  /** Attempts since the cache was last trusted. */
  readonly attempts: number;
}
