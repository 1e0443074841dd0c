/**
 * The listeners: what the process shows to the outside.
 *
 * @module
 */

import type { DeviceNews } from "../actors/devices/device_news.ts";
import type { DeviceSupervisor } from "../actors/devices/device_supervisor.ts";
import { provide, type Provided } from "../actors/supervision/provide.ts";
import { createAdmission } from "../routes/admission.ts";
import { lanAddresses } from "../routes/addresses.ts";
import { createApp } from "../routes/app.ts";
import { listen } from "../routes/listener.ts";
import { noteConnections, noteSeen } from "../routes/sightings.ts";
import { watchSlowClients } from "../routes/slow_clients.ts";
import { MAX_BUFFERED_BYTES } from "../routes/transport/limits.ts";
import { createNativeTransport } from "../routes/transport/native.ts";
import { createWsTransport } from "../routes/transport/ws.ts";
import { listenWs } from "../routes/ws_listener.ts";
import { createLogger } from "../services/logging/mod.ts";
import type { RecorderHub } from "../services/recorder/hub.ts";
import { createDeviceTokens } from "../services/tokens.ts";
import type { Secrets } from "./configuration.ts";
import { consolePart } from "./console.ts";
import { prometheusText } from "../services/metrics/prometheus.ts";
import { connectionResult } from "../services/metrics/instruments.ts";
import type { AlertBoard } from "../services/alerts/board.ts";
import type { App } from "../routes/app.ts";
import type { HealthReport } from "../services/health/report.ts";
import { isKnown } from "./known.ts";
import type { Speech } from "./speech.ts";
import type { overviewSources } from "./overview.ts";
import { partsStatus, type StatusNeeds } from "./status.ts";
import type { Surroundings } from "./surroundings.ts";

/** Of `server.shutdownMs`, what the listener gets for requests under way when the devices have gone. */
const CLOSING_SHARE = 0.1;

const DAY_MS = 86_400_000;

/** What the routes rely on. */
export interface HttpNeeds extends StatusNeeds {
  readonly configuration: Provided<Secrets>;
  readonly devices: Provided<DeviceSupervisor>;
  readonly speech: Provided<Speech>;
  readonly recorders: RecorderHub;
  readonly news: DeviceNews;
  /** What the checks have found. */
  readonly health: () => HealthReport | undefined;
  /** The alerts, where they run. */
  readonly alerts: () => AlertBoard | undefined;
  /** What the console's overview looks at. */
  readonly overview: () => ReturnType<typeof overviewSources>;
}

/** Where the process listens. */
export interface Ports extends Pick<App, "readiness" | "sockets"> {
  readonly port: number;
  /** Of the devices, where they have one of their own. */
  readonly wsPort?: number;
}

/** The last to be opened, and the first to be closed. */
export function httpPart(
  { config, live, load, counters, clock, random, platform, version, metrics }: Surroundings,
  needs: HttpNeeds,
): Provided<Ports> {
  const { server, devices: { tokenTtlDays, ...deviceConfig } } = config;
  // Opened again, the listener is where devices know it, also when any port would have done at first.
  let { port, wsPort } = server;
  return provide({ id: "http", shutdown: server.shutdownMs }, async ({ resources }) => {
    const { key, password } = needs.configuration.get();
    const stores = needs.database.get();
    const { history, lifeCycle } = stores;
    const supervisor = needs.devices.get();
    const speech = needs.speech.get();
    const logger = createLogger("routes");
    const transportOptions = {
      limits: { maxTextBytes: deviceConfig.maxTextBytes, maxFrameBytes: deviceConfig.maxFrameBytes, maxBufferedBytes: MAX_BUFFERED_BYTES },
      logger: createLogger("transport"),
      clock,
      connectionId: () => random.uuid(),
    };
    const ws = server.transport === "ws" ? createWsTransport(transportOptions) : undefined;
    const overview = needs.overview();
    resources.use(overview.trail);
    const webConsole = consolePart({ config, live, clock, random }, {
      supervisor,
      stores,
      speech,
      password: password.password,
      alerts: needs.alerts,
      overview,
      recorders: needs.recorders,
    });
    resources.use(
      needs.news.listen({ status: (deviceId) => webConsole.fleet.touch(deviceId), turn: (turn) => webConsole.tally.add(turn) }),
    );
    const limits = () => live.config.load;
    const noted = noteConnections(supervisor.accept.bind(supervisor), lifeCycle.registry, clock);
    const accept = watchSlowClients(noted, { clock, limits, counters, logger: createLogger("transport") });
    const app = createApp({
      config,
      port: () => listener.address.port,
      wsPort: () => wsListener?.address.port ?? wsPort,
      version,
      clock,
      logger,
      transport: ws === undefined ? { kind: "native", native: createNativeTransport(transportOptions) } : { kind: "ws", ws },
      accept,
      tokens: createDeviceTokens({ key, clock, ttlMs: tokenTtlDays * DAY_MS }),
      ownerPassword: password.password,
      devices: () => supervisor.which(),
      history,
      recording: (deviceId) => needs.recorders.get(deviceId)?.lines(),
      say: (deviceId, text, interrupt) => supervisor.say(deviceId, text, interrupt),
      draining: () => platform.draining,
      live: () => platform.live,
      started: () => platform.started,
      health: needs.health,
      alerts: needs.alerts,
      ...(metrics === undefined ? {} : {
        metrics: () => prometheusText(metrics.instruments.registry),
        onDoorAnswer: (code) => metrics.instruments.deviceConnections.add(1, connectionResult(code)),
      }),
      parts: () => partsStatus(needs),
      stock: (request) => needs.sync?.peek()?.stock?.(request),
      onDeviceSeen: (device) => [noteSeen(lifeCycle.registry), webConsole.seen].forEach((hear) => hear(device)),
      webConsole,
      isKnown: isKnown(stores),
      lanAddresses,
      lifeCycle,
      apiIsOn: () => live.config.features.api,
      liveConfig: live,
      admission: createAdmission({ clock, limits, overload: () => load.overload, counters }),
      load: () => ({
        ...counters.counts(),
        loopDelayMs: Math.round(load.loopDelayMs),
        ...(load.overload === undefined ? {} : { overload: load.overload }),
      }),
    });
    const closingMs = server.shutdownMs * CLOSING_SHARE;
    const listener = listen({ host: server.host, port, handler: app.handler, clock, logger });
    resources.defer(() => listener.shutdown(closingMs));
    const wsListener = ws === undefined
      ? undefined
      : await listenWs({ host: server.host, port: wsPort, door: app.door, transport: ws, accept, clock, logger });
    resources.defer(() => wsListener?.shutdown(closingMs));
    // Goes before the listeners: consoles that are open would keep them waiting.
    resources.use(webConsole);
    port = listener.address.port;
    wsPort = wsListener?.address.port ?? wsPort;
    return { readiness: app.readiness, sockets: app.sockets, port, ...(wsListener === undefined ? {} : { wsPort }) };
  });
}
