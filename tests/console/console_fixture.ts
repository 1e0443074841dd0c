/**
 * A server with the console, and devices that exist on paper: as many as a test wants, in whatever state.
 *
 * @module
 */

import { systemClock } from "../../base/clock.ts";
import { systemRandom } from "../../base/random.ts";
import type { McpTool } from "../../protocol/mod.ts";
import type { DeviceSession } from "../../actors/device/session.ts";
import type { DeviceStatus } from "../../actors/device/status.ts";
import { deviceSettings } from "../../actors/device/settings.ts";
import { type Console, createConsole } from "../../routes/console/parts.ts";
import { Trail } from "../../routes/console/overview/trail.ts";
import type { PartsStatus } from "../../routes/parts_status.ts";
import type { FailureRecord } from "../../actors/supervision/restart_log.ts";
import type { SupervisorSnapshot } from "../../actors/supervision/snapshot.ts";
import type { Alert } from "../../services/alerts/alert.ts";
import type { AlertBoard } from "../../services/alerts/board.ts";
import { LiveConfig } from "../../services/config/live/mod.ts";
import { loadConfig, loadLayers } from "../../services/config/mod.ts";
import type { HealthReport } from "../../services/health/report.ts";
import type { Availability } from "../../services/metrics/availability.ts";
import { createInstruments, type Instruments } from "../../services/metrics/instruments.ts";
import { openLifeCycle, type RunningLifeCycle } from "../../services/life_cycle.ts";
import { RecorderHub } from "../../services/recorder/hub.ts";
import { openSqliteHistory } from "../../services/history/sqlite.ts";
import { type AppFixture, deviceStatus, type FixtureOptions, PASSWORD, startApp } from "../routes/app_fixture.ts";
import { captureLogger } from "../support/capture_logger.ts";
import { tempDir } from "../support/temp_dir.ts";
import { SAMPLE_ANSWERS, scripted } from "./scripted_server.ts";

const EMPTY_TREE: SupervisorSnapshot = {
  id: "platform",
  strategy: "rest_for_one",
  intensity: 3,
  periodMs: 60_000,
  state: "running",
  restartsInPeriod: 0,
  children: [],
  counts: {},
};

/** The password of viewers in tests. */
export const VIEWER_PASSWORD = "only looking";

/** Where tests keep the bundle that they share. */
const BUNDLE_DIR = "data/test-console";

const ROLES = `conversation: { roles: { teacher: { persona: You teach patiently., greeting: "Hello, pupil!" } } }`;

/** What was done to devices. */
export interface DoneToDevice {
  readonly id: string;
  readonly what: string;
  readonly details?: unknown;
}

/** A running console. */
export interface ConsoleFixture extends AsyncDisposable {
  readonly app: AppFixture;
  readonly console: Console;
  readonly lifeCycle: RunningLifeCycle;
  /** Address of the server, from this machine itself. */
  readonly base: string;
  /** The connected devices. Call {@link change} after a change. */
  readonly devices: Map<string, DeviceStatus>;
  readonly done: DoneToDevice[];
  /** Lines of recordings, by device; a connected one without any has two that say nothing. */
  readonly recordings: Map<string, readonly string[]>;
  /** What the overview and the alerts are made of; tests change it. */
  readonly told: ToldByServer;
  readonly live: LiveConfig;
  /** Puts a device into a state, or connects it. */
  change(more: Partial<DeviceStatus> & { readonly deviceId: string }): void;
  /** Disconnects a device. */
  leave(deviceId: string): void;
}

/** What the server knows of itself. */
export interface ToldByServer {
  health: HealthReport | undefined;
  tree: SupervisorSnapshot;
  failures: FailureRecord[];
  parts: PartsStatus;
  availability: Availability | undefined;
  readonly active: Alert[];
  readonly over: Alert[];
  crashedAt: Map<string, number>;
  readonly instruments: Instruments;
  /** By how much the clock of the last hour is ahead, milliseconds. */
  aheadMs: number;
  readonly trail: Trail;
}

/** What a test may choose. */
export interface ConsoleFixtureOptions extends FixtureOptions {
  readonly tools?: readonly McpTool[];
  /** What is recorded; nothing by default. */
  readonly recorders?: RecorderHub;
  /** Answers calls of tools. */
  readonly answer?: (name: string, args: Readonly<Record<string, unknown>>) => { readonly text: string; readonly isError: boolean };
}

/** Starts it. */
export async function startConsole(options: ConsoleFixtureOptions = {}): Promise<ConsoleFixture> {
  const { tools = [], answer = () => ({ text: "true", isError: false }), ...rest } = options;
  const stack = new AsyncDisposableStack();
  const dir = stack.use(tempDir());
  const log = stack.use(captureLogger());
  const clock = systemClock();
  const { recorders = new RecorderHub({ clock, appVersion: "0" }) } = options;
  const store = stack.use(await openSqliteHistory({ dataDir: dir.path, clock }));
  const audioStore = { kind: "files", endpoint: "", region: "", bucket: "", prefix: "", accessKeyId: "", secretAccessKey: "" } as const;
  const lifeCycle = stack.use(
    await openLifeCycle({
      archive: store,
      deviceTable: store.deviceTable,
      deviceStore: store,
      history: { retentionDays: 0, audioStore },
      dataDir: dir.path,
      clock,
      logger: log.logger,
    }),
  );
  const devices = new Map<string, DeviceStatus>();
  const done: DoneToDevice[] = [];
  const recordings = new Map<string, readonly string[]>();
  const nowOf = (status: DeviceStatus): DeviceStatus => ({ ...status, inStateMs: clock.wall() - status.since });
  const session = (deviceId: string): DeviceSession | undefined => {
    const status = devices.get(deviceId);
    if (status === undefined) return undefined;
    const act = (what: string, details?: unknown) => void done.push({ id: deviceId, what, ...(details === undefined ? {} : { details }) });
    const fake = {
      status: () => nowOf(status),
      tools: () => tools,
      callTool: (name: string, args: Readonly<Record<string, unknown>>) => {
        act("tool", { name, args });
        return Promise.resolve(answer(name, args));
      },
      reboot: () => act("reboot"),
      stop: (reason: string) => act(reason),
      chooseRole: (role: string | undefined) => store.saveRole(deviceId, role),
    };
    return fake as unknown as DeviceSession;
  };
  const { config } = await loadConfig({ file: "roles.yaml", env: {}, readText: () => ROLES });
  const live = await LiveConfig.open({
    clock,
    logger: log.logger,
    load: () => loadLayers({ env: { XIAOZHI_DATA_DIR: dir.path }, readText: () => undefined }),
    secret: () => Promise.resolve(new Uint8Array(32)),
  });
  const told: Omit<ToldByServer, "trail"> = {
    health: undefined,
    tree: EMPTY_TREE,
    failures: [],
    parts: {},
    availability: undefined,
    active: [],
    over: [],
    crashedAt: new Map(),
    instruments: createInstruments(),
    aheadMs: 0,
  };
  const board: AlertBoard = {
    active: () => told.active,
    recent: () => told.over,
    acknowledge(id, note) {
      const at = told.active.findIndex((alert) => alert.id === id);
      const alert = told.active[at];
      if (alert !== undefined) told.active[at] = { ...alert, acknowledged: { at: clock.wall(), note } };
      return Promise.resolve(told.active[at]);
    },
  };
  const connected = () => devices.size;
  const trail = stack.use(
    new Trail({
      clock: { ...clock, now: () => clock.now() + told.aheadMs },
      instruments: told.instruments,
      turns: () => ({ total: told.instruments.turns.get("completed"), failed: told.instruments.turns.get("failed") }),
      connected,
      loopDelayMs: () => 3,
      rssBytes: () => (180 + 8 * Math.sin(told.aheadMs / 400_000)) * 2 ** 20,
    }),
  );
  const webConsole = stack.use(createConsole({
    clock,
    random: systemRandom(),
    logger: log.logger,
    dataDir: BUNDLE_DIR,
    timezone: "UTC",
    ownerPassword: PASSWORD,
    viewerPassword: VIEWER_PASSWORD,
    supervisor: {
      which: () => [...devices.values()].map(nowOf),
      session,
      crashes: (id) => id.endsWith("ff:03") ? 2 : 0,
      crashedAt: (id) => told.crashedAt.get(id),
    },
    alerts: () => board,
    overview: {
      version: "0.1.0",
      health: () => told.health,
      availability: () => told.availability,
      tree: () => told.tree,
      failures: () => ({ recent: told.failures, totals: [] }),
      off: () => new Set(live.config.features.sync ? [] : ["sync"]),
      deviceStates: () => countsOf([...devices.values()].map(({ state }) => state)),
      parts: () => Promise.resolve(told.parts),
      cacheIsOn: () => live.config.features.cache,
      loopDelayMs: () => 3,
      rssBytes: () => 180 * 2 ** 20,
      diskFreeBytes: () => Promise.resolve(18 * 2 ** 30),
      trail,
    },
    store,
    archive: store,
    registry: lifeCycle.registry,
    settingsFor: (deviceId) => deviceSettings(config, deviceId),
    recorders: { recorders, isOn: () => true },
    providers: () => ({ recognize: ["embedded"], chat: ["openai", "embedded"], synthesize: ["embedded"] }),
  }));
  const app = stack.use(startApp({
    ...rest,
    deps: {
      devices: () => [...devices.values()],
      lifeCycle,
      webConsole,
      liveConfig: live,
      alerts: () => board,
      say: (id, text, interrupt) => {
        if (!devices.has(id)) return "unknown";
        done.push({ id, what: "say", details: { text, interrupt } });
        return { turnId: "01K0000000000000000000000A" };
      },
      recording: (id) => recordings.get(id) ?? (devices.has(id) ? ['{"n":1}', '{"n":2}'] : undefined),
      accept: scripted(SAMPLE_ANSWERS),
      ...rest.deps,
    },
  }));
  return {
    app,
    console: webConsole,
    lifeCycle,
    base: app.base,
    devices,
    done,
    recordings,
    told: Object.assign(told, { trail }),
    live,
    change(more) {
      const before = devices.get(more.deviceId) ??
        deviceStatus({ deviceId: more.deviceId, since: clock.wall(), connectedAt: clock.wall() });
      const moved = more.state !== undefined && more.state !== before.state;
      devices.set(more.deviceId, { ...before, ...(moved ? { since: clock.wall() } : {}), ...more });
      lifeCycle.registry.note({ deviceId: more.deviceId, clientId: "client", seenAt: clock.wall() });
      webConsole.fleet.touch(more.deviceId);
    },
    leave(deviceId) {
      devices.delete(deviceId);
      webConsole.fleet.touch(deviceId);
    },
    async [Symbol.asyncDispose]() {
      // Open feeds would keep the listener waiting.
      webConsole[Symbol.dispose]();
      await stack.disposeAsync();
    },
  };
}

function countsOf(states: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/** The id of the device with a number. */
export function idOf(number: number): string {
  return `02:00:00:00:${(number >> 8).toString(16).padStart(2, "0")}:${(number & 255).toString(16).padStart(2, "0")}`;
}
