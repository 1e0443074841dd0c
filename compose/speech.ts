/**
 * What hears, thinks and speaks for the devices.
 *
 * @module
 */

import { provide, type Provided } from "../actors/supervision/provide.ts";
import { createAudioEngines } from "../audio/engines.ts";
import { messageOf } from "../base/errors.ts";
import { createLiveEsp32Server } from "../services/esp32_server/live.ts";
import type { SwappableServer } from "../services/esp32_server/swappable.ts";
import { createLogger } from "../services/logging/mod.ts";
import { otelIsOn } from "../services/metrics/otel.ts";
import { connectTcp, createNearFetch } from "../services/near_fetch/mod.ts";
import type { Surroundings } from "./surroundings.ts";

/** The client of the ESP32 server, and the engines of audio. */
export interface Speech {
  readonly esp32Server: SwappableServer;
  readonly engines: ReturnType<typeof createAudioEngines>;
}

/** One for all devices. */
export function speechPart({ config: { audio, server, dataDir }, live, clock, metrics }: Surroundings): Provided<Speech> {
  return provide({ id: "speech" }, async ({ resources }) => {
    const logger = createLogger("esp32_server");
    const { timezone } = server;
    const onEvent = metrics === undefined ? {} : { onEvent: metrics.providers.note };
    // Deno makes a span of each `fetch`, where spans are wanted.
    const near = otelIsOn() ? { fetch } : resources.use(createNearFetch({ clock, connect: connectTcp, fetch }));
    const esp32Server = resources.use(
      await createLiveEsp32Server({ live, deps: { clock, logger, timezone, tempDir: dataDir, fetch: near.fetch, ...onEvent } }),
    );
    const engines = resources.use(createAudioEngines({
      vad: { engine: audio.vad.engine, logger: createLogger("vad") },
      encoder: { workers: audio.encodeWorkers, complexity: audio.complexity, bitrate: audio.bitrate },
      downlink: audio,
      onColdEncoder: (error) => logger.warn("The encoder did not start: {error}", { error: messageOf(error) }),
    }));
    return { esp32Server, engines };
  });
}
