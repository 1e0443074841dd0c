/**
 * The work that watching consoles make, by itself: the fleet, the feeds and the overview of the server on a virtual clock, so that minutes of
 * watching are measured in a moment, and neighbours that want the processor do not count.
 *
 * @module
 */

import { cpuUsage } from "node:process";
import type { DeviceStatus } from "../../actors/device/status.ts";
import { feedStream } from "../../routes/console/feed.ts";
import { Fleet } from "../../routes/console/fleet.ts";
import { OverviewTeller } from "../../routes/console/overview/overview.ts";
import { Trail } from "../../routes/console/overview/trail.ts";
import { Tally } from "../../routes/console/tally.ts";
import type { HealthReport } from "../../services/health/report.ts";
import { createInstruments } from "../../services/metrics/instruments.ts";
import { checkOf, childOf, treeOf } from "../../tests/console/sample_server.ts";
import { captureLogger } from "../../tests/support/capture_logger.ts";
import { VirtualClock } from "../../tests/support/virtual_clock.ts";
import { deviceIdOf } from "./fleet_device.ts";

/** The states of a turn, in order; a device tells of each. */
const STATES = ["listening", "vad", "recognizing", "thinking", "speaking", "persisting", "idle"] as const;
const TOOLS = ["self.get_device_status", "self.audio_speaker.set_volume", "self.screen.set_brightness", "self.screen.set_theme"];
/** Between two askings of a page for the overview, milliseconds. */
const OVERVIEW_MS = 2000;
/** Between two changes of state, milliseconds of the virtual clock. */
const STEP_MS = 10;

/** What is measured. */
export interface ConsoleWork {
  readonly devices: number;
  /** Of all devices together. */
  readonly turnsPerSecond: number;
  readonly consoles: number;
  /** Length of the watching, seconds of the virtual clock. */
  readonly seconds: number;
}

/** CPU for each second that is watched, milliseconds; what the clock and the made-up devices cost is in it. */
export async function consoleWork({ devices, turnsPerSecond, consoles, seconds }: ConsoleWork): Promise<number> {
  const clock = new VirtualClock();
  using log = captureLogger();
  const tally = new Tally({ clock, timezone: "UTC" });
  const places = Array.from({ length: devices }, (_, index) => ({ deviceId: deviceIdOf(index), step: STATES.length - 1, since: 0 }));
  const status = ({ deviceId, step, since }: (typeof places)[number]): DeviceStatus => ({
    ...{ deviceId, clientId: deviceId, connectionId: deviceId, sessionId: deviceId, state: STATES[step]!, since: clock.wall() - since },
    ...{
      inStateMs: clock.now() - since,
      mode: "manual",
      remoteAddress: "127.0.0.1",
      connectedAt: 0,
      turns: 3,
      tools: TOOLS.map((name) => name),
    },
  });
  const byId = new Map(places.map((place) => [place.deviceId, place]));
  const records = places.map(({ deviceId }) => ({ deviceId, clientId: deviceId, firstSeenAt: 0, lastSeenAt: 0, flags: {} }));
  const states = () => {
    const counts: Record<string, number> = {};
    for (const { step } of places) counts[STATES[step]!] = (counts[STATES[step]!] ?? 0) + 1;
    return counts;
  };
  using fleet = new Fleet({
    clock,
    logger: log.logger,
    devices: () => places.map(status),
    device: (id) => byId.has(id) ? status(byId.get(id)!) : undefined,
    crashes: () => 0,
    rssi: () => -60,
    tally,
    loadTally: () => Promise.resolve(),
    alerts: () => [],
    registry: {
      list: () => Promise.resolve({ items: records }),
      get: (id) => Promise.resolve(records.find((each) => each.deviceId === id)),
    },
  });
  const instruments = createInstruments();
  using trail = new Trail({
    clock,
    instruments,
    turns: () => ({ total: 0, failed: 0 }),
    connected: () => devices,
    loopDelayMs: () => 1,
    rssBytes: () => 1,
  });
  const services = ["database", "redis", "esp32_server", "history_sync", "outbox", "devices", "supervisor", "eventloop", "memory", "disk"];
  const health: HealthReport = { status: "healthy", complete: true, checks: services.map((name) => checkOf(name, "pass", 0)) };
  const tree = treeOf("platform", services.map((name) => childOf(name)));
  const overview = new OverviewTeller({
    ...{ clock, version: "1", health: () => health, availability: () => undefined, alerts: () => undefined, tree: () => tree },
    ...{ failures: () => ({ recent: [], totals: [] }), off: () => new Set<string>(), deviceStates: states, today: () => tally.total },
    ...{ parts: () => Promise.resolve({}), cacheIsOn: () => true, loopDelayMs: () => 1, rssBytes: () => 1 },
    ...{ diskFreeBytes: () => Promise.resolve(1), trail },
  });
  const over = new AbortController();
  const readers = Array.from({ length: consoles }, () => feedStream({ clock, fleet, allowed: () => true, ended: () => {} }).getReader());
  const reading = readers.map(async (reader) => {
    while (!(await reader.read()).done);
  });
  const ask = (): void => {
    if (over.signal.aborted) return;
    overview.tell().catch(() => {});
    clock.setTimeout(ask, OVERVIEW_MS);
  };
  // Pages are opened at different moments.
  for (let n = 0; n < consoles; n++) clock.setTimeout(ask, n * OVERVIEW_MS / consoles);
  let owed = 0;
  let next = 0;
  const live = async (ms: number) => {
    for (let at = 0; at < ms; at += STEP_MS) {
      for (owed += turnsPerSecond * STATES.length * STEP_MS / 1000; owed >= 1; owed--) {
        const place = places[next++ % devices]!;
        place.step = (place.step + 1) % STATES.length;
        place.since = clock.now();
        fleet.touch(place.deviceId);
      }
      await clock.advance(STEP_MS);
    }
  };
  // Until everything is compiled, and everybody has the whole fleet.
  await live(10_000);
  const before = cpuUsage();
  await live(seconds * 1000);
  const { user, system } = cpuUsage(before);
  over.abort();
  await Promise.all(readers.map((reader) => reader.cancel()));
  await Promise.all(reading);
  return (user + system) / 1000 / seconds;
}
