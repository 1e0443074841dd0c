/**
 * The data directory, locked, and the secrets that are kept in it.
 *
 * @module
 */

import { provide, type Provided } from "../actors/supervision/provide.ts";
import { lockDataDir } from "../services/data_dir_lock.ts";
import { type OwnerPassword, ownerPassword } from "../services/owner_password.ts";
import { loadOrCreateKey } from "../services/tokens.ts";
import type { Surroundings } from "./surroundings.ts";

/** What the data directory has for others. */
export interface Secrets {
  /** Signs tokens of devices. */
  readonly key: Awaited<ReturnType<typeof loadOrCreateKey>>;
  readonly password: OwnerPassword;
}

/** Nothing else touches the data directory before this is up. */
export function configurationPart({ config, clock, random }: Surroundings): Provided<Secrets> {
  return provide({ id: "configuration" }, async (scope) => {
    scope.resources.use(await lockDataDir(config.dataDir, clock));
    return {
      key: await loadOrCreateKey(config.dataDir, random),
      password: await ownerPassword(config.dataDir, config.console.password, random),
    };
  });
}
