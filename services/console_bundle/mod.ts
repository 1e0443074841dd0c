/**
 * The console as browsers load it: taken from where it is kept, or built at the first request.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { buildConsole, type BuiltBundle } from "./build.ts";
import { readBundle, writeBundle } from "./store.ts";

export type { BuiltBundle, BuiltFile } from "./build.ts";

/** Where `deno task console` puts what a container is shipped with. */
export const SHIPPED_BUNDLE: string = fileURLToPath(new URL("../../console/dist/", import.meta.url));

/** What {@link consoleBundle} needs. */
export interface ConsoleBundleOptions {
  /** Keeps what had to be built, below `console/`. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Builds; the bundler unless told. */
  readonly build?: () => Promise<BuiltBundle>;
}

/** The bundle, once it has been asked for. A failure is told to those who asked, and the next one tries again. */
export type ConsoleBundle = () => Promise<BuiltBundle>;

/** The console's bundle. Nothing is read or built before the first call. */
export function consoleBundle({ dataDir, clock, logger, build = buildConsole }: ConsoleBundleOptions): ConsoleBundle {
  const own = join(dataDir, "console");
  let bundle: Promise<BuiltBundle> | undefined;
  const find = async (): Promise<BuiltBundle> => {
    const kept = await readBundle(SHIPPED_BUNDLE) ?? await readBundle(own);
    if (kept !== undefined) return kept;
    const startedAt = clock.now();
    const built = await build();
    logger.info("Built the console in {ms} ms", { ms: Math.round(clock.now() - startedAt), files: built.files.length });
    try {
      await writeBundle(own, built);
    } catch (error) {
      logger.warn("The console cannot be kept in {own} and is built again at the next start: {error}", { own, error: messageOf(error) });
    }
    return built;
  };
  return () =>
    bundle ??= find().catch((error) => {
      bundle = undefined;
      throw error;
    });
}
