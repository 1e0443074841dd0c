/**
 * A flag of the process as something that can be asked, and tells when it changes.
 *
 * @module
 */

import type { Config } from "../schema.ts";
import type { LiveConfig } from "./live_config.ts";

/** On or off, and news of it. */
export interface Gate {
  isOn(): boolean;
  /** Calls `listener` after each change, until the result is disposed of. It must not throw. */
  onChange(listener: () => void): Disposable;
}

/** Names of the flags that are on or off as a whole. */
export type ProcessFlag = { [K in keyof Config["features"]]: Config["features"][K] extends boolean ? K : never }[keyof Config["features"]];

/** The gate of a flag. */
export function flagGate(live: Pick<LiveConfig, "config" | "onChange">, flag: ProcessFlag): Gate {
  return {
    isOn: () => live.config.features[flag],
    onChange: (listener) =>
      live.onChange((next, previous) => next.features[flag] === previous.features[flag] ? undefined : { commit: listener }),
  };
}
