/**
 * A whole app on a free port, with everything below it under the test's control.
 *
 * @module
 */

import type { DeviceStatus } from "../../actors/device/status.ts";
import { systemClock } from "../../base/clock.ts";
import { type App, type AppConfig, type AppDeps, createApp } from "../../routes/app.ts";
import { listen, type Listener } from "../../routes/listener.ts";
import type { SeenDevice } from "../../routes/ota.ts";
import { MAX_BUFFERED_BYTES } from "../../routes/transport/limits.ts";
import { createNativeTransport, type NativeTransport } from "../../routes/transport/native.ts";
import type { DeviceIdentity } from "../../routes/transport/transport.ts";
import type { StoredTurn } from "../../services/history/store.ts";
import { createDeviceTokens, type DeviceTokens } from "../../services/tokens.ts";
import { type CapturedLogger, captureLogger } from "../support/capture_logger.ts";

/** What a test may set. */
export interface FixtureOptions {
  readonly server?: Partial<AppConfig["server"]>;
  readonly devices?: Partial<AppConfig["devices"]>;
  readonly console?: boolean;
  readonly metrics?: AppConfig["metrics"];
  readonly deps?: Partial<AppDeps>;
}

/** A running app. */
export interface AppFixture extends AsyncDisposable {
  readonly app: App;
  /** What the app was made from, to make another. */
  readonly deps: AppDeps;
  readonly listener: Listener;
  readonly port: number;
  readonly base: string;
  readonly log: CapturedLogger;
  readonly tokens: DeviceTokens;
  readonly transport: NativeTransport;
  readonly accepted: DeviceIdentity[];
  readonly seen: SeenDevice[];
}

/** The owner's password in tests. */
export const PASSWORD = "correct horse";

/** Limits of the device sockets in tests. */
export const LIMITS = { maxTextBytes: 65536, maxFrameBytes: 8192, maxBufferedBytes: MAX_BUFFERED_BYTES };

/** Starts an app. */
export function startApp(options: FixtureOptions = {}): AppFixture {
  const log = captureLogger();
  const clock = options.deps?.clock ?? systemClock();
  let ids = 0;
  const transport = createNativeTransport({ limits: LIMITS, logger: log.logger, connectionId: () => `c${++ids}` });
  const tokens = createDeviceTokens({ key: new Uint8Array(32), clock });
  const accepted: DeviceIdentity[] = [];
  const seen: SeenDevice[] = [];
  const deps: AppDeps = {
    config: {
      server: {
        host: "127.0.0.1",
        publicUrl: "",
        trustedProxies: [],
        timezone: "Asia/Shanghai",
        transport: "native",
        maxConnections: 10,
        ...options.server,
      },
      devices: { allow: "any", list: [], token: "auto", origins: [], ...options.devices },
      console: { enabled: options.console ?? true },
      ...(options.metrics === undefined ? {} : { metrics: options.metrics }),
    },
    port: () => listener.address.port,
    wsPort: () => 8001,
    version: "0.1.0",
    clock,
    logger: log.logger,
    transport: { kind: "native", native: transport },
    accept: (_link, identity) => {
      accepted.push(identity);
      return { onText: () => {}, onBinary: () => {}, onClosed: () => {} };
    },
    tokens,
    ownerPassword: PASSWORD,
    devices: () => [],
    history: { listTurns: () => Promise.resolve([]) },
    recording: () => undefined,
    say: () => "unknown",
    draining: () => false,
    isKnown: () => false,
    onDeviceSeen: (device) => void seen.push(device),
    lanAddresses: () => ["192.168.1.5"],
    ...options.deps,
  };
  const app = createApp(deps);
  const listener = listen({ host: "127.0.0.1", port: 0, handler: app.handler, clock: systemClock(), logger: log.logger });
  return {
    app,
    deps,
    listener,
    port: listener.address.port,
    base: `http://127.0.0.1:${listener.address.port}`,
    log,
    tokens,
    transport,
    accepted,
    seen,
    async [Symbol.asyncDispose]() {
      await listener.shutdown(1000);
      log[Symbol.dispose]();
    },
  };
}

/** A connected device. */
export function deviceStatus(more: Partial<DeviceStatus> = {}): DeviceStatus {
  return {
    deviceId: "aa:bb:cc:dd:ee:ff",
    clientId: "7b94d69a-9808-4c59-9c9b-704333b38aff",
    connectionId: "c1",
    sessionId: "s1",
    state: "listening",
    since: 0,
    inStateMs: 1000,
    mode: "auto",
    remoteAddress: "192.168.1.30",
    connectedAt: 0,
    turns: 3,
    board: "bread-compact-wifi",
    firmware: "2.4.2",
    tools: ["self.get_device_status", "self.audio_speaker.set_volume"],
    ...more,
  };
}

/** A stored turn. */
export function storedTurn(more: Partial<StoredTurn> = {}): StoredTurn {
  return {
    turnId: "01K0000000000000000000000A",
    sessionId: "s1",
    deviceId: "aa:bb:cc:dd:ee:ff",
    startedAt: 0,
    source: "speech",
    userText: "What is the weather like?",
    outcome: "completed",
    replyText: "Sunny.",
    heardText: "Sunny.",
    heardMs: 1200,
    endedAt: 4000,
    timings: { speechEndMs: 1000, firstFrameMs: 2100 },
    audioFiles: {},
    ...more,
  };
}
