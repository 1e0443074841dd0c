/**
 * The devices: an actor for each connection, and what they share.
 *
 * @module
 */

import { Memories } from "../actors/device/memory.ts";
import { deviceSettings } from "../actors/device/settings.ts";
import type { DeviceNews } from "../actors/devices/device_news.ts";
import { DeviceSupervisor } from "../actors/devices/device_supervisor.ts";
import { provide, type Provided } from "../actors/supervision/provide.ts";
import { createIds } from "../base/ids.ts";
import { loadClips } from "../services/clips/clips.ts";
import type { Config } from "../services/config/mod.ts";
import { DailyUsage } from "../services/history/daily_usage.ts";
import { createLogger } from "../services/logging/mod.ts";
import type { RecorderHub } from "../services/recorder/hub.ts";
import { createServerTools } from "../services/tools/mod.ts";
import { createTurnTracer } from "../services/tracing/turn_tracer.ts";
import type { Secrets } from "./configuration.ts";
import type { Stores } from "./database.ts";
import type { Speech } from "./speech.ts";
import type { Surroundings } from "./surroundings.ts";

/** What devices rely on. */
export interface DevicesNeeds {
  readonly configuration: Provided<Secrets>;
  readonly database: Provided<Stores>;
  readonly speech: Provided<Speech>;
  /** Outlives the devices: what was recorded of one that is gone can still be read. */
  readonly recorders: RecorderHub;
  /** Hears of what happens to devices. */
  readonly news: DeviceNews;
}

/** The supervisor of the devices. */
export function devicesPart(around: Surroundings, needs: DevicesNeeds): Provided<DeviceSupervisor> {
  const { config, live, load, clock, random, platform, version, metrics } = around;
  const { server } = config;
  return provide({ id: "devices", shutdown: server.shutdownMs, tree: (it: DeviceSupervisor) => it.tree() }, ({ resources }) => {
    const { store, history } = needs.database.get();
    const { esp32Server, engines } = needs.speech.get();
    const providers = () => {
      const { recognize, chat, synthesize } = esp32Server.providers;
      // Which of several did a turn's work is in the log; a trace names them all.
      return { recognize: recognize.join(","), chat: chat.join(","), synthesize: synthesize.join(",") };
    };
    const tracing = { version, providers, content: config.tracing.content, key: needs.configuration.get().key };
    const memories = config.history.enabled
      ? resources.use(new Memories({ clock, logger: createLogger("memory"), chat: esp32Server, store, history }))
      : undefined;
    const toolsOf = ({ conversation, tools: { weather } }: Config) => {
      const roles = Object.keys(conversation.roles);
      return createServerTools({ clock, logger: createLogger("tools"), timezone: server.timezone, roles, weather });
    };
    let tools = toolsOf(live.config);
    resources.use(live.onChange((next) => ({ commit: () => void (tools = toolsOf(next)) })));
    const supervisor = new DeviceSupervisor({
      clock,
      logger: createLogger("device"),
      newTurnId: createIds(clock, random),
      newSessionId: () => random.uuid(),
      loadDecoders: () => engines.loadDecoders(),
      vad: engines.vad,
      encoder: engines.encoder,
      server: esp32Server,
      clips: loadClips(),
      ...(config.history.enabled ? { history, usage: new DailyUsage({ clock, timezone: server.timezone, store }) } : {}),
      deviceStore: store,
      ...(memories === undefined ? {} : { memories }),
      get tools() {
        return tools;
      },
      recorders: needs.recorders,
      ...(metrics === undefined ? {} : { metrics: metrics.devices }),
      tracer: createTurnTracer(tracing),
      pinServer: () => esp32Server.pin(),
      // An assistant with fixed answers makes no use of what is remembered.
      settingsFor: (deviceId) => deviceSettings(live.config, deviceId, { remembers: esp32Server.followsInstructions }),
      settingsRevision: () => live.revision,
      spare: (extra) => load.spare(extra),
      onStatus: needs.news.onStatus,
      onTurn: needs.news.onTurn,
    }, platform.log);
    resources.defer(async () => void await supervisor.stop(server.shutdownMs / 2));
    return supervisor;
  });
}
