/**
 * The data directory, locked, and the secrets that are kept in it.
 *
 * @module
 */

import { provide, type Provided } from "../actors/supervision/provide.ts";
import { messageOf } from "../base/errors.ts";
import { type ChangeAuthor, type LiveConfig, watchFile } from "../services/config/live/mod.ts";
import { readText } from "../services/config/mod.ts";
import { createLogger } from "../services/logging/mod.ts";
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

/** Reads files and environment again. What is wrong with them is logged, and changes nothing. */
export function rereadConfig(live: LiveConfig, author: ChangeAuthor, options?: Parameters<LiveConfig["reload"]>[1]): void {
  live.reload(author, options).catch((error) =>
    createLogger("config").error("The configuration stays as it was: {problem}", { problem: messageOf(error), by: author.by })
  );
}

/** Nothing else touches the data directory before this is up. */
export function configurationPart({ config, live, clock, random }: Surroundings): Provided<Secrets> {
  return provide({ id: "configuration" }, async (scope) => {
    scope.resources.use(await lockDataDir(config.dataDir, clock));
    await live.begin();
    const logger = createLogger("config");
    const onChange = () => rereadConfig(live, { by: live.file, via: "file" }, { vanished: "refuse" });
    scope.resources.use(watchFile({ file: live.file, clock, logger, readText, onChange }));
    return {
      key: await loadOrCreateKey(config.dataDir, random),
      password: await ownerPassword(config.dataDir, config.console.password, random),
    };
  });
}
