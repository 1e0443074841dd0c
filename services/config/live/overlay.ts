/**
 * Values that were set at run time and lie over those of files and environment.
 *
 * @module
 */

import { isDeepStrictEqual } from "node:util";
import type { Layer } from "../given.ts";
import type { ConfigKey } from "../keys.ts";
import type { Config } from "../schema.ts";
import { valueOf } from "./snapshot.ts";

/** A value that was set at run time. */
export interface Override {
  readonly key: string;
  readonly value: unknown;
  /**
   * What files and environment said when it was set. When they say something else, somebody has changed them since: the last word counts,
   * and the override is over.
   */
  readonly over: unknown;
}

/** The overrides whose time is not over. `base` is the configuration without them. */
export function stillValid(overrides: readonly Override[], base: Config, keys: readonly ConfigKey[]): readonly Override[] {
  return overrides.filter(({ key: name, over }) => {
    const key = keys.find((key) => key.name === name);
    return key !== undefined && isDeepStrictEqual(valueOf(base, key), over);
  });
}

/** The overrides as a layer, to be laid over all others. */
export function overlayLayer(overrides: readonly Override[], keys: readonly ConfigKey[]): Layer {
  const given = overrides.flatMap(({ key: name, value }) => {
    const key = keys.find((key) => key.name === name);
    return key === undefined ? [] : [{ key, value, origin: () => ({ kind: "runtime" } as const) }];
  });
  return { given, problems: [] };
}
