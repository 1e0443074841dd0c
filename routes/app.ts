/**
 * Everything that is answered on the main port.
 *
 * @module
 */

import { type Context, Hono } from "hono";
import type { Logger } from "@logtape/logtape";
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { DeviceStatus } from "../actors/device/status.ts";
import type { AlertBoard } from "../services/alerts/board.ts";
import type { HistoryStore } from "../services/history/store.ts";
import type { LiveConfig } from "../services/config/live/mod.ts";
import type { LoadCounts } from "../services/load/counters.ts";
import type { Overload } from "../services/load/load_monitor.ts";
import { type Readiness, readiness } from "../services/health/readiness.ts";
import type { HealthReport } from "../services/health/report.ts";
import { PROMETHEUS_TYPE } from "../services/metrics/prometheus.ts";
import { samePassword } from "../services/owner_password.ts";
import type { DeviceTokens } from "../services/tokens.ts";
import type { Admission } from "./admission.ts";
import { createApi } from "./api/mod.ts";
import type { ApiDeps, LifeCycle } from "./api/deps.ts";
import { crossSiteRefusal, SAFE_METHODS } from "./api/same_origin.ts";
import type { Say } from "./api/say.ts";
import type { AppEnv } from "./app_env.ts";
import { baseUrls, otaUrl, socketUrl } from "./addresses.ts";
import { sessionToken } from "./console/cookie.ts";
import { addConsole, addConsoleApi, type ConsoleParts, type ConsoleRouteDeps } from "./console/mod.ts";
import { CONSOLE_HEADER, noHeader } from "./console/session.ts";
import { createDeviceDoor, type DeviceDoor, isDevicePath, nativeDeviceRoute } from "./device.ts";
import { devicePolicy, tokenRequired } from "./device_policy.ts";
import type { RequestHandler } from "./listener.ts";
import { createOta, isOtaPath, type SeenDevice } from "./ota.ts";
import { createOwnerCheck, type OwnerVerdict } from "./owner.ts";
import { healthRoutes } from "./health.ts";
import { pageLanguage } from "./page/language.ts";
import { API_HEADERS, pageHeaders } from "./page/security.ts";
import { renderPage } from "./page/view.ts";
import { problemResponse } from "./problem.ts";
import type { PartsStatus } from "./parts_status.ts";
import type { StockRoutes } from "./stock/routes.ts";
import { heldSockets, type SocketCounts } from "./transport/census.ts";
import type { NativeTransport } from "./transport/native.ts";
import type { DeviceTransport } from "./transport/options.ts";
import type { AcceptDevice } from "./transport/transport.ts";
import { isLoopback, type TrustedProxies, trustedProxies } from "./trusted_proxies.ts";

/** The part of the configuration that the routes read. */
export interface AppConfig {
  readonly server: {
    readonly host: string;
    readonly publicUrl: string;
    readonly trustedProxies: readonly string[];
    readonly timezone: string;
    readonly transport: "native" | "ws";
    readonly maxConnections: number;
  };
  readonly devices: {
    readonly allow: "any" | "known" | "list";
    readonly list: readonly string[];
    readonly token: "auto" | "required" | "off";
    readonly origins: readonly string[];
  };
  readonly console: { readonly enabled: boolean };
  /** Who but the owner may read metrics and the details of health; an empty token is nobody's. */
  readonly metrics?: { readonly token: string };
}

/** What the routes need. */
export interface AppDeps {
  readonly config: AppConfig;
  /** The port that the listener got; it differs from the configured one when that is 0. */
  readonly port: () => number;
  /** The port of the `ws` transport, where that is the one. */
  readonly wsPort: () => number;
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The transport in use; with `ws` it takes its upgrades on its own port through {@link App.door}. */
  readonly transport: { readonly kind: "native"; readonly native: NativeTransport } | { readonly kind: "ws"; readonly ws: DeviceTransport };
  readonly accept: AcceptDevice;
  readonly tokens: DeviceTokens;
  readonly ownerPassword: string;
  readonly devices: () => readonly DeviceStatus[];
  readonly history: Pick<HistoryStore, "listTurns">;
  /** Lines of a device's recording without line ends, or undefined where there is none. */
  readonly recording: (deviceId: string) => Iterable<string> | undefined;
  /** Has a connected device say something. */
  readonly say: Say;
  /** How the parts behind the routes are, for `/api/status`. */
  readonly parts?: () => Promise<PartsStatus>;
  /** The routes that stock servers report to; absent where none may. */
  readonly stock?: StockRoutes;
  readonly draining: () => boolean;
  /** Whether the supervision tree still stands; it does by default. */
  readonly live?: () => boolean;
  /** Whether everything was up once; it was by default. */
  readonly started?: () => boolean;
  /** What the checks have found; absent where nobody checks. */
  readonly health?: () => HealthReport | undefined;
  /** Metrics as Prometheus reads them; absent where nothing is counted. */
  readonly metrics?: () => Promise<string>;
  /** Hears how each request for a device socket was answered. Must not throw. */
  readonly onDoorAnswer?: (code: string) => void;
  readonly isKnown: (deviceId: string) => boolean | Promise<boolean>;
  /** Hears of every device that OTA answered. */
  readonly onDeviceSeen?: (device: SeenDevice) => void | Promise<void>;
  readonly lanAddresses: () => readonly string[];
  /** The web console; absent where there is none. */
  readonly webConsole?: ConsoleParts;
  /** The life cycle of the history below `/api`. */
  readonly lifeCycle?: LifeCycle;
  /** Flag `features.api`: whether the life cycle is served now; it is by default. */
  readonly apiIsOn?: () => boolean;
  /** The configuration while the server runs. */
  readonly liveConfig?: LiveConfig;
  /** Whether devices may come in now; they always may by default. */
  readonly admission?: Admission;
  /** What `/api/status` tells of the load. */
  readonly load?: () => LoadCounts & { readonly overload?: Overload; readonly loopDelayMs: number };
  /** The alerts; undefined while none are raised. */
  readonly alerts?: () => AlertBoard | undefined;
}

/** The routes, and the door of the devices for a port of their own. */
export interface App {
  readonly handler: RequestHandler;
  readonly door: DeviceDoor;
  /** Whether devices are taken. */
  readonly readiness: () => Readiness;
  /** Device sockets by where they are in their life. */
  readonly sockets: () => SocketCounts;
  /** Every route of the main port but those of devices. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
}

/** Turns on the page: about two screens. */
const PAGE_TURNS = 20;

/** Composes the routes. */
export function createApp(deps: AppDeps): App {
  const { config, clock, logger } = deps;
  const startedAt = clock.now();
  const proxies = trustedProxies(config.server.trustedProxies);
  const policy = devicePolicy({ ...config.devices, isKnown: deps.isKnown });
  const required = tokenRequired(config.devices.token, config.server.host);
  const transport = deps.transport.kind === "native" ? deps.transport.native : deps.transport.ws;
  const door = createDeviceDoor({
    policy,
    tokens: deps.tokens,
    tokenRequired: required,
    tickets: deps.webConsole?.tickets,
    origins: config.devices.origins,
    proxies,
    transport,
    maxConnections: config.server.maxConnections,
    draining: deps.draining,
    logger,
    ...(deps.admission === undefined ? {} : { admission: deps.admission }),
    ...(deps.onDoorAnswer === undefined ? {} : { onAnswer: deps.onDoorAnswer }),
  });
  const readinessNow = () =>
    readiness({
      draining: deps.draining(),
      started: deps.started?.() ?? true,
      sockets: heldSockets(transport.counts()),
      maxSockets: config.server.maxConnections,
      report: deps.health?.(),
    });
  const health = healthRoutes({
    version: deps.version,
    clock,
    live: () => deps.live?.() ?? true,
    started: () => deps.started?.() ?? true,
    readiness: readinessNow,
    report: () => deps.health?.(),
  });
  const device = deviceRoute(deps, door);
  const owner = ownerGate(deps, proxies);
  const ota = createOta({
    policy,
    tokens: deps.tokens,
    issueTokens: config.devices.token !== "off",
    proxies,
    publicUrl: config.server.publicUrl,
    transport: config.server.transport,
    wsPort: deps.wsPort,
    timezone: config.server.timezone,
    clock,
    logger,
    ...(deps.admission === undefined ? {} : { admission: deps.admission }),
    ...(deps.onDeviceSeen === undefined ? {} : { onDeviceSeen: deps.onDeviceSeen }),
  });
  const security = pageHeaders();

  const failed = (error: unknown, request: Request) => {
    logger.error("{method} request failed: {error}", { method: request.method, error: messageOf(error) });
    return problemResponse({ status: 500, code: "internal", title: "The server failed to answer; its log says why" }, API_HEADERS);
  };
  const { webConsole } = deps;
  const consoleDeps: ConsoleRouteDeps = {
    clock,
    logger,
    proxies,
    publicUrl: config.server.publicUrl,
    version: deps.version,
    devicePort: () => deps.transport.kind === "ws" ? deps.wsPort() : undefined,
    api: () => deps.lifeCycle !== undefined && deps.apiIsOn?.() !== false,
    check: owner.verdict,
  };
  const apiDeps: ApiDeps = {
    version: deps.version,
    clock,
    timezone: config.server.timezone,
    devices: deps.devices,
    say: deps.say,
    status: async () => ({
      version: deps.version,
      draining: deps.draining(),
      uptimeMs: Math.round(clock.now() - startedAt),
      sockets: { transport: deps.transport.kind, ...transport.counts(), max: config.server.maxConnections },
      ...(deps.load === undefined ? {} : { load: deps.load() }),
      devices: deps.devices(),
      ...await deps.parts?.(),
    }),
    refusal: (c) => owner.refusal(c) ?? crossSiteRefusal(c.req.raw, c.env.peer, proxies, config.server.publicUrl),
    failed,
    ...(webConsole === undefined ? {} : { addConsole: (api) => addConsoleApi(api, webConsole, consoleDeps) }),
    ...(deps.alerts === undefined ? {} : { alerts: deps.alerts }),
    ...(deps.liveConfig === undefined ? {} : { live: deps.liveConfig }),
  };
  const reduced = createApi(apiDeps);
  const api = deps.lifeCycle === undefined ? reduced : createApi({ ...apiDeps, lifeCycle: deps.lifeCycle });

  const app = new Hono<AppEnv>();
  app.get("/", async (c) => {
    const isOwner = owner.check(c).owner;
    const bases = baseUrls({ publicUrl: config.server.publicUrl, host: config.server.host, port: deps.port() }, deps.lanAddresses());
    const document = await renderPage({
      language: pageLanguage(c.req.query("lang") ?? c.req.header("accept-language") ?? null),
      version: deps.version,
      draining: deps.draining(),
      otaUrls: bases.map(otaUrl),
      socketUrl: socketUrl(bases[0] ?? "", deps.transport.kind === "ws" ? deps.wsPort() : undefined),
      loopbackOnly: config.server.publicUrl === "" && (config.server.host === "localhost" || isLoopback(config.server.host)),
      owner: isOwner ? { devices: deps.devices(), turns: await lastTurns(deps) } : undefined,
      canSignIn: config.console.enabled,
      now: clock.wall(),
      timezone: config.server.timezone,
    });
    return c.body(document, 200, security);
  });
  app.get("/owner", (c) => owner.refusal(c) ?? c.redirect("/", 303));
  app.get("/health", (c) => health.health(owner.mayRead(c)));
  app.get("/health/detailed", (c) => health.detailed(owner.mayRead(c)));
  app.get("/livez", () => health.live());
  app.get("/readyz", (c) => health.ready(owner.mayRead(c)));
  app.get("/startupz", () => health.started());
  app.get("/metrics", async (c) => {
    if (deps.metrics === undefined || deps.liveConfig?.config.features.metrics === false) {
      const title = "Nothing is counted: features.metrics is false";
      return problemResponse({ status: 404, code: "metrics_off", title }, API_HEADERS);
    }
    if (!owner.mayRead(c)) {
      const title = "Metrics are for the owner: send metrics.token as a Bearer token, or ask from localhost";
      return problemResponse({ status: 401, code: "metrics_token", title }, { "www-authenticate": "Bearer", ...API_HEADERS });
    }
    return c.body(await deps.metrics(), 200, { "content-type": PROMETHEUS_TYPE, "cache-control": "no-store", ...API_HEADERS });
  });
  app.get("/debug/devices/:id/recording", (c) => {
    const refusal = owner.refusal(c);
    if (refusal !== undefined) return refusal;
    const id = c.req.param("id").toLowerCase();
    const lines = deps.recording(id);
    if (lines === undefined) {
      return problemResponse(
        { status: 404, code: "recording_not_found", title: "Nothing is recorded of this device", detail: id },
        API_HEADERS,
      );
    }
    return new Response(ndjson(lines), {
      headers: { "content-type": "application/x-ndjson", "cache-control": "no-store", ...API_HEADERS },
    });
  });
  if (webConsole !== undefined && config.console.enabled) addConsole(app, webConsole, consoleDeps);
  app.use("/api/*", async (c, next) => deps.apiIsOn?.() === false ? await reduced.fetch(c.req.raw, c.env) : await next());
  app.route("/", api);
  app.all("*", (c) => {
    if (isOtaPath(c.req.path)) return ota(c.req.raw, c.env.peer);
    const reported = deps.stock?.(c.req.raw);
    if (reported !== undefined) return reported;
    const detail = `Nothing is at ${c.req.method} ${c.req.path}; devices use /xiaozhi/ota/ and /xiaozhi/v1/, people use /`;
    return problemResponse({ status: 404, code: "not_found", title: "Not found", detail }, API_HEADERS);
  });
  app.onError((error, c) => failed(error, c.req.raw));

  const handler: RequestHandler = async (request, info) => {
    const peer = info.remoteAddr.transport === "tcp" ? info.remoteAddr.hostname : "";
    // A Host header that is no host makes Deno's `request.url` throw.
    const path = pathOf(request);
    if (path === undefined) return problemResponse({ status: 400, code: "malformed_request", title: "The request has no valid address" });
    try {
      // Upgrade answers may not pass through middleware, which would touch their headers.
      return await (isDevicePath(path) ? device(request, peer) : app.fetch(request, { peer }));
    } catch (error) {
      return failed(error, request);
    }
  };
  return { handler, door, readiness: readinessNow, sockets: () => transport.counts(), routes: app.routes };
}

function pathOf(request: Request): string | undefined {
  try {
    return new URL(request.url).pathname;
  } catch {
    return undefined;
  }
}

function deviceRoute(deps: AppDeps, door: DeviceDoor): (request: Request, peer: string) => Response | Promise<Response> {
  if (deps.transport.kind === "native") return nativeDeviceRoute(door, deps.transport.native, deps.accept, deps.logger);
  return () => {
    const title = `Device sockets are on port ${deps.wsPort()}; restart the device, so that it asks the OTA address again`;
    return problemResponse({ status: 421, code: "wrong_port", title });
  };
}

function ownerGate({ config, ownerPassword, clock, webConsole }: AppDeps, proxies: TrustedProxies) {
  const session = ({ headers }: Request) => {
    const token = sessionToken(headers);
    return token === undefined ? undefined : webConsole?.signIn.sessions.role(token);
  };
  const verdict = createOwnerCheck({ password: ownerPassword, proxies, clock, session });
  const check = (c: Context<AppEnv>) =>
    config.console.enabled ? verdict(c.req.raw, c.env.peer) : { owner: false, reason: "anonymous" } as const;
  const refusal = (c: Context<AppEnv>): Response | undefined => {
    if (!config.console.enabled) {
      return problemResponse(
        { status: 403, code: "console_off", title: "The owner's pages are off: console.enabled is false" },
        API_HEADERS,
      );
    }
    const found = check(c);
    if (found.owner) return SAFE_METHODS.has(c.req.method) ? undefined : changeRefusal(c, found);
    if (found.reason === "limited") {
      const title = "Too many wrong passwords; wait before trying again";
      const headers = { "retry-after": String(found.retryAfterS), ...API_HEADERS };
      return problemResponse({ status: 429, code: "too_many_passwords", title }, headers);
    }
    const title = found.reason === "wrong" ? "The password is wrong" : "This is for the owner: give the password, or ask from localhost";
    const challenge = { "www-authenticate": 'Basic realm="xiaozhi", charset="UTF-8"', ...API_HEADERS };
    return problemResponse({ status: 401, code: `owner_${found.reason}`, title }, challenge);
  };
  // The probes of a machine know no password, and are needed where the owner's pages are off, too.
  const mayRead = (c: Context<AppEnv>): boolean => {
    const { token = "" } = config.metrics ?? {};
    const given = /^bearer\s+(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    if (given !== undefined) return token !== "" && samePassword(given, token);
    return verdict(c.req.raw, c.env.peer).owner;
  };
  return { verdict, check, refusal, mayRead };
}

/** Refuses to let a viewer change something, and a session that does not say that the console itself asks. */
function changeRefusal(c: Context<AppEnv>, { role, by }: Extract<OwnerVerdict, { owner: true }>): Response | undefined {
  if (role !== "operator") {
    const title = "Viewers change nothing; sign in with the owner's password";
    return problemResponse({ status: 403, code: "viewer_only", title }, API_HEADERS);
  }
  return by === "session" && c.req.header(CONSOLE_HEADER) === undefined ? noHeader() : undefined;
}

async function lastTurns({ history, logger }: AppDeps) {
  try {
    return [...await history.listTurns({ limit: PAGE_TURNS })].reverse();
  } catch (error) {
    logger.warn("The last turns cannot be read for the page: {error}", { error: messageOf(error) });
    return undefined;
  }
}

/** Lines as a body, one chunk for each, so that a large recording is never one string. */
function ndjson(lines: Iterable<string>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  const iterator = lines[Symbol.iterator]();
  return new ReadableStream({
    pull(controller) {
      const { done, value } = iterator.next();
      if (done) return controller.close();
      controller.enqueue(encoder.encode(`${value}\n`));
    },
  });
}
