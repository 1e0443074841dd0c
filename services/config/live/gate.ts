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
  /** What goes with the flag, as text: where it changes, whatever stands behind the flag is to be made anew. */
  version(): string;
}

/** Names of the flags that are on or off as a whole. */
export type ProcessFlag = { [K in keyof Config["features"]]: Config["features"][K] extends boolean ? K : never }[keyof Config["features"]];

/** The gate of a flag. `version` picks what goes with it; nothing by default. */
export function flagGate(
  live: Pick<LiveConfig, "config" | "onChange">,
  flag: ProcessFlag,
  version: (config: Config) => string = () => "",
): Gate {
  const text = (config: Config) => `${config.features[flag]} ${version(config)}`;
  return {
    isOn: () => live.config.features[flag],
    version: () => version(live.config),
    onChange: (listener) => live.onChange((next, previous) => text(next) === text(previous) ? undefined : { commit: listener }),
  };
}
