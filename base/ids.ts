/**
 * Identifiers of turns: ULIDs, so that their order is the order of time.
 *
 * @module
 */

import { monotonicFactory } from "ulid";
import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";

/**
 * Makes a generator of ULIDs (26 characters, Crockford base 32). Two made in the same millisecond still sort in the order of making.
 */
export function createIds(clock: Clock, random: Random): () => string {
  const next = monotonicFactory(() => random.next());
  return () => next(clock.wall());
}
