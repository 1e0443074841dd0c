/**
 * A place for values that can be switched off and on.
 *
 * @module
 */

import type { CacheTier } from "./tier.ts";

/**
 * While it is off the place counts as one that cannot be asked. What is invalidated is invalidated all the same, so that nothing from before
 * comes back when it is on again.
 */
export function switchedTier(tier: CacheTier, isOn: () => boolean): CacheTier {
  return {
    look: (key, tags, near) => isOn() ? tier.look(key, tags, near) : Promise.resolve(undefined),
    fill: (key, tags, generations, fill) => isOn() ? tier.fill(key, tags, generations, fill) : Promise.resolve(undefined),
    invalidate: (tags) => tier.invalidate(tags),
  };
}
