/**
 * The cache that keeps nothing.
 *
 * @module
 */

import type { CacheTier } from "./tier.ts";

/**
 * Makes a place that cannot be asked: for nodes that share a database and have no Redis to tell each other what changed, and where the cache
 * is switched off. Reads of the same key still share a load.
 */
export function noTier(): CacheTier {
  return {
    look: () => Promise.resolve(undefined),
    fill: () => Promise.resolve(undefined),
    invalidate: () => Promise.resolve(true),
  };
}
