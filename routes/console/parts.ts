/**
 * Puts the console together from the services of the process.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { deviceControl, type StageNames } from "../../actors/devices/device_control.ts";
import type { DeviceSupervisor } from "../../actors/devices/device_supervisor.ts";
import type { DeviceSettings } from "../../actors/device/settings.ts";
import { chartLibrary } from "../../services/charts/library.ts";
import { consoleBundle } from "../../services/console_bundle/mod.ts";
import type { DeviceRegistry } from "../../services/devices/registry.ts";
import type { HistoryArchive } from "../../services/history/archive.ts";
import type { DeviceStore } from "../../services/history/device_store.ts";
import { SignIn } from "../../services/sign_in/mod.ts";
import type { SeenDevice } from "../ota.ts";
import type { AlertBoard } from "../../services/alerts/board.ts";
import { DeviceTickets } from "../device_tickets.ts";
import { Fleet } from "./fleet.ts";
import type { ConsoleParts } from "./mod.ts";
import { type OverviewSources, OverviewTeller } from "./overview/overview.ts";
import type { Recorders } from "./records_route.ts";
import { Tally } from "./tally.ts";

/** Turns of one page of the archive, and pages: enough for the sparklines of a day of a fleet of hundreds. */
const PAGE = 1000;
const MAX_PAGES = 10;
/** Devices whose signal is remembered. */
const MAX_SIGNALS = 50_000;

/** What {@link createConsole} needs. */
export interface ConsoleOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly dataDir: string;
  readonly timezone: string;
  readonly ownerPassword: string;
  readonly viewerPassword: string;
  readonly supervisor: Pick<DeviceSupervisor, "which" | "session" | "crashes" | "crashedAt">;
  readonly alerts: () => AlertBoard | undefined;
  /** Where the overview reads, but for what the console itself knows. */
  readonly overview: Omit<OverviewSources, "clock" | "alerts" | "today">;
  readonly store: Pick<DeviceStore, "roleOf" | "saveRole">;
  readonly archive: Pick<HistoryArchive, "turns">;
  readonly registry: DeviceRegistry;
  readonly settingsFor: (deviceId: string) => DeviceSettings;
  readonly recorders: Recorders;
  readonly providers?: () => StageNames;
}

/** The console, and its ears. */
export interface Console extends ConsoleParts, Disposable {
  readonly tally: Tally;
  /** Hears of a device that asked OTA. */
  readonly seen: (device: SeenDevice) => void;
}

/** Makes the console. */
export function createConsole(options: ConsoleOptions): Console {
  const { clock, random, logger, supervisor, registry, archive } = options;
  const tally = new Tally(options);
  const signals = new Map<string, number>();
  let loading: Promise<void> | undefined;
  const loadTally = () => loading ??= loadToday(tally, archive);
  const fleet = new Fleet({
    clock,
    logger,
    devices: () => supervisor.which(),
    device: (deviceId) => supervisor.session(deviceId)?.status(),
    crashes: (deviceId) => supervisor.crashes(deviceId),
    crashedAt: (deviceId) => supervisor.crashedAt(deviceId),
    rssi: (deviceId) => signals.get(deviceId),
    alerts: () => options.alerts()?.active() ?? [],
    tally,
    registry,
    loadTally,
  });
  const overview = new OverviewTeller({
    ...options.overview,
    clock,
    alerts: options.alerts,
    today() {
      // Whoever looks at the fleet is told where this fails; what was counted since the start is shown in any case.
      loadTally().catch(() => {});
      return tally.total;
    },
  });
  return {
    overview,
    signIn: new SignIn({ clock, random, operator: options.ownerPassword, viewer: options.viewerPassword }),
    bundle: consoleBundle(options),
    control: deviceControl(options),
    charts: chartLibrary(),
    recorders: options.recorders,
    tickets: new DeviceTickets({ clock, random }),
    fleet,
    tally,
    seen({ deviceId, rssi }) {
      if (rssi === undefined) return;
      signals.delete(deviceId);
      signals.set(deviceId, rssi);
      const oldest = signals.keys().next().value;
      if (signals.size > MAX_SIGNALS && oldest !== undefined) signals.delete(oldest);
      fleet.touch(deviceId);
    },
    [Symbol.dispose]: () => fleet[Symbol.dispose](),
  };
}

/** Reads what was kept of today before this process. */
async function loadToday(tally: Tally, archive: ConsoleOptions["archive"]): Promise<void> {
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = { from: tally.startsAt, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const { items, next } = await archive.turns(query);
    tally.addEarlier(items);
    if (next === undefined) return;
    cursor = next;
  }
}
