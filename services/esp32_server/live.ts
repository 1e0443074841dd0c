/**
 * The ESP32 server as the configuration has it, also after it has changed.
 *
 * @module
 */

import { isDeepStrictEqual } from "node:util";
import { messageOf } from "../../base/errors.ts";
import type { LiveConfig } from "../config/live/mod.ts";
import type { ComposedEsp32Server } from "./composed.ts";
import { createEsp32Server } from "./mod.ts";
import type { Esp32ServerDeps, Esp32ServerOptions } from "./options.ts";
import { SwappableServer } from "./swappable.ts";

/** What {@link createLiveEsp32Server} needs. */
export interface LiveEsp32ServerOptions {
  readonly live: Pick<LiveConfig, "config" | "onChange">;
  readonly deps: Esp32ServerDeps;
  /** Makes a server; {@link createEsp32Server} by default. */
  readonly make?: (options: Esp32ServerOptions, deps: Esp32ServerDeps) => Promise<ComposedEsp32Server>;
}

/**
 * Makes the server, and another one whenever section `esp32Server` changes; one that cannot be made refuses the change. Breakers begin anew
 * with it.
 */
export async function createLiveEsp32Server({ live, deps, make = createEsp32Server }: LiveEsp32ServerOptions): Promise<SwappableServer> {
  const onDisposeError = (error: unknown) => deps.logger.warn("A replaced ESP32 server did not end: {error}", { error: messageOf(error) });
  const server = new SwappableServer(await make(live.config.esp32Server, deps), { onDisposeError });
  const changes = live.onChange(async (next, previous) => {
    if (isDeepStrictEqual(next.esp32Server, previous.esp32Server)) return undefined;
    const fresh = await make(next.esp32Server, deps);
    return {
      commit: () => {
        server.swap(fresh);
        deps.logger.info("The ESP32 server was replaced: {stages}", { stages: server.describe() });
      },
      discard: () => void fresh[Symbol.asyncDispose]().then(undefined, onDisposeError),
    };
  });
  server.resources.use(changes);
  return server;
}
