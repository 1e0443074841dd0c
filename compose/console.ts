/**
 * The web console, from what the process has.
 *
 * @module
 */

import { deviceSettings } from "../actors/device/settings.ts";
import type { DeviceSupervisor } from "../actors/devices/device_supervisor.ts";
import { type Console, type ConsoleOptions, createConsole } from "../routes/console/parts.ts";
import type { AlertBoard } from "../services/alerts/board.ts";
import type { RecorderHub } from "../services/recorder/hub.ts";
import { createLogger } from "../services/logging/mod.ts";
import type { Stores } from "./database.ts";
import type { Speech } from "./speech.ts";
import type { Surroundings } from "./surroundings.ts";

/** What the console relies on. */
export interface ConsoleNeeds {
  readonly supervisor: DeviceSupervisor;
  readonly stores: Stores;
  readonly recorders: RecorderHub;
  readonly speech: Speech;
  /** The owner's. */
  readonly password: string;
  readonly alerts: () => AlertBoard | undefined;
  readonly overview: ConsoleOptions["overview"];
}

/** The console. */
export function consolePart(
  { config, live, clock, random }: Pick<Surroundings, "config" | "live" | "clock" | "random">,
  { supervisor, stores: { store, lifeCycle }, recorders, speech, password, alerts, overview }: ConsoleNeeds,
): Console {
  return createConsole({
    clock,
    random,
    logger: createLogger("console"),
    dataDir: config.dataDir,
    timezone: config.server.timezone,
    ownerPassword: password,
    viewerPassword: config.console.viewerPassword,
    supervisor,
    alerts,
    overview,
    store,
    archive: lifeCycle.archive,
    registry: lifeCycle.registry,
    settingsFor: (deviceId) => deviceSettings(live.config, deviceId),
    recorders: { recorders, isOn: (deviceId) => deviceSettings(live.config, deviceId).services.recorder },
    providers: () => speech.esp32Server.providers,
  });
}
