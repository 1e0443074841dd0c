/**
 * The composition root: the services of the supervision tree, in the order of their start. docs/supervision.md draws it.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { invalidationChild } from "./actors/cache/child.ts";
import { DeviceSupervisor } from "./actors/devices/device_supervisor.ts";
import { Memories } from "./actors/device/memory.ts";
import { deviceSettings } from "./actors/device/settings.ts";
import { Platform } from "./actors/platform/platform.ts";
import { platformChildren } from "./actors/platform/tree.ts";
import { rootCause } from "./actors/supervision/errors.ts";
import { flagged } from "./actors/supervision/flagged.ts";
import { provide } from "./actors/supervision/provide.ts";
import { createAudioEngines } from "./audio/engines.ts";
import { systemClock } from "./base/clock.ts";
import { AppError, messageOf } from "./base/errors.ts";
import { createIds } from "./base/ids.ts";
import { systemRandom } from "./base/random.ts";
import { createAdmission } from "./routes/admission.ts";
import { lanAddresses } from "./routes/addresses.ts";
import { createApp } from "./routes/app.ts";
import { bannerLines } from "./routes/banner.ts";
import { tokenRequired } from "./routes/device_policy.ts";
import { listen } from "./routes/listener.ts";
import { noteConnections, noteSeen } from "./routes/sightings.ts";
import { watchSlowClients } from "./routes/slow_clients.ts";
import { MAX_BUFFERED_BYTES } from "./routes/transport/limits.ts";
import { createNativeTransport } from "./routes/transport/native.ts";
import { createWsTransport } from "./routes/transport/ws.ts";
import { listenWs } from "./routes/ws_listener.ts";
import { cachedHistory, createCache, knownDevices } from "./services/cache/mod.ts";
import { loadClips } from "./services/clips/clips.ts";
import { type ChangeAuthor, flagGate, LiveConfig, watchFile } from "./services/config/live/mod.ts";
import { type Config, ConfigError, loadSystemLayers, readText } from "./services/config/mod.ts";
import { lockDataDir } from "./services/data_dir_lock.ts";
import { createLiveEsp32Server } from "./services/esp32_server/live.ts";
import { patientHistory } from "./services/history/patient.ts";
import { DailyUsage } from "./services/history/daily_usage.ts";
import { openSqliteHistory } from "./services/history/sqlite.ts";
import { openLifeCycle } from "./services/life_cycle.ts";
import { LoadCounters } from "./services/load/counters.ts";
import { LoadMonitor } from "./services/load/load_monitor.ts";
import { machineLoad } from "./services/load/machine_load.ts";
import { configureLogging, createLogger, type Logging, type LoggingOptions } from "./services/logging/mod.ts";
import { type OwnerPassword, ownerPassword } from "./services/owner_password.ts";
import { watchSignals } from "./services/process_signals.ts";
import { RecorderHub } from "./services/recorder/hub.ts";
import { connectRedis, hasRedis } from "./services/redis/ioredis.ts";
import { createServerTools } from "./services/tools/mod.ts";
import { createDeviceTokens, loadOrCreateKey } from "./services/tokens.ts";
import { createTurnTracer } from "./services/tracing/turn_tracer.ts";
import manifest from "./deno.json" with { type: "json" };

/**
 * Exit codes of sysexits.h: a service manager tells a wrong configuration from a crash by them. A second signal ends with 128 and its number:
 * 130 (SIGINT), 143 (SIGTERM), 129 (SIGHUP). docs/supervision.md lists them all.
 */
const EXIT = {
  ok: 0,
  software: 70,
  /** There was no memory left to go on with; a fresh process has it all. */
  memoryOut: 71,
  /** The supervision tree gave up; a fresh process may do better. */
  gaveUp: 75,
  config: 78,
} as const;

/** Of `server.shutdownMs`, what the listener gets for requests under way when the devices have gone. */
const CLOSING_SHARE = 0.1;

const DAY_MS = 86_400_000;

const HELP = `Serves xiaozhi devices.

  deno task dev [options]     log lines for people
  deno task start [options]   log lines for people on a terminal, JSON elsewhere

  --config <file>  read this file; else XIAOZHI_CONFIG names one, else ./config.yaml if there is one
  --help           this text

Every other setting is a key of the configuration: deno task config
SIGHUP has the configuration read again, or, where the server runs on a terminal, which is gone then, ends it.
The exit code is 0 after SIGINT, SIGTERM and such a SIGHUP, 128 and the number of the signal after a second one, 78 when the configuration
is wrong, 75 when a part failed again and again, 71 when memory is out, 70 after any other failure.
`;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    say(HELP);
    return EXIT.ok;
  }
  const dev = args.includes("--dev");
  try {
    const live = await LiveConfig.open({
      clock: systemClock(),
      logger: createLogger("config"),
      load: () => loadSystemLayers(args.filter((arg) => arg !== "--dev")),
      secret: (dataDir) => loadOrCreateKey(dataDir, systemRandom()),
    });
    return await run(live, dev);
  } catch (error) {
    if (error instanceof ConfigError) {
      complain(error.message);
      return EXIT.config;
    }
    // Thrown on, it would reach the handler of unhandled rejections, whose log is closed by now.
    complain(error instanceof AppError ? error.message : error instanceof Error ? error.stack ?? error.message : String(error));
    return EXIT.software;
  }
}

async function run(live: LiveConfig, dev: boolean): Promise<number> {
  // What needs a restart is read from here, what does not from `live`.
  const { config } = live;
  const { server, devices: { tokenTtlDays, ...deviceConfig }, audio, dataDir } = config;
  const clock = systemClock();
  const random = systemRandom();
  const reload = (author: ChangeAuthor, options?: Parameters<LiveConfig["reload"]>[1]) =>
    void live.reload(author, options).catch((error) =>
      logger.error("The configuration stays as it was: {problem}", { problem: messageOf(error), by: author.by })
    );
  // A terminal that is closed sends SIGHUP to what runs on it; whatever runs on none is a daemon, which reads its configuration again.
  const onTerminal = [Deno.stdin, Deno.stdout, Deno.stderr].some((stream) => stream.isTerminal());
  const onReload = onTerminal ? undefined : () => reload({ by: "SIGHUP", via: "signal" });
  using signals = watchSignals(clock, Deno, Deno.build.os, onReload);
  await using resources = new AsyncDisposableStack();
  const logging = resources.use(configureLogging(logOptions(config, dev)));
  resources.use(live.onChange((next) => ({ commit: () => logging.reconfigure(logOptions(next, dev)) })));
  const logger = createLogger("main");
  const recorders = new RecorderHub({
    clock,
    appVersion: manifest.version,
    transcripts: config.log.transcripts,
    ...config.recorder,
    maxDevices: server.maxConnections,
  });
  const counters = new LoadCounters();
  const memoryOut = Promise.withResolvers<void>();
  const load = resources.use(
    new LoadMonitor({
      clock,
      machine: resources.use(machineLoad()),
      limits: () => live.config.load,
      counters,
      logger: createLogger("load"),
      onMemoryOut: memoryOut.resolve,
    }),
  );
  const platform: Platform = new Platform({ clock, random, logger: createLogger("supervision"), devices: () => devices.peek() });

  // The tree, in the order of its start. What a service gets from another it may keep: under rest_for_one both end together.
  const configuration = provide({ id: "configuration" }, async (scope) => {
    scope.resources.use(await lockDataDir(dataDir, clock));
    await live.begin();
    const onChange = () => reload({ by: live.file, via: "file" }, { vanished: "refuse" });
    scope.resources.use(watchFile({ file: live.file, clock, logger: createLogger("config"), readText, onChange }));
    return { key: await loadOrCreateKey(dataDir, random), password: await ownerPassword(dataDir, config.console.password, random) };
  });

  const redis = hasRedis(config.redis)
    ? resources.use(connectRedis({ config: config.redis, clock, random, logger: createLogger("redis") }))
    : undefined;
  const { cache, channel } = createCache({
    config: config.cache,
    enabled: () => live.config.features.cache,
    ...(redis === undefined ? {} : { redis }),
    // The history is a file of this process alone.
    shared: false,
    clock,
    random,
    logger: createLogger("cache"),
  });

  const database = provide({ id: "database" }, async (scope) => {
    const logger = createLogger("history");
    const store = await openSqliteHistory({ dataDir, clock, logger });
    const kept = scope.resources.use(patientHistory(store, { clock, logger }));
    const lifeCycle = scope.resources.use(
      await openLifeCycle({
        archive: store,
        deviceTable: store.deviceTable,
        deviceStore: store,
        history: config.history,
        dataDir,
        clock,
        logger,
      }),
    );
    return { store, lifeCycle, history: cachedHistory(kept, cache) };
  });

  const speech = provide({ id: "speech" }, async (scope) => {
    const logger = createLogger("esp32_server");
    const { timezone } = server;
    const esp32Server = scope.resources.use(
      await createLiveEsp32Server({ live, deps: { clock, logger, timezone, tempDir: dataDir } }),
    );
    const engines = scope.resources.use(createAudioEngines({
      vad: { engine: audio.vad.engine, logger: createLogger("vad") },
      encoder: { workers: audio.encodeWorkers, complexity: audio.complexity, bitrate: audio.bitrate },
      downlink: audio,
      onColdEncoder: (error) => logger.warn("The encoder did not start: {error}", { error: messageOf(error) }),
    }));
    return { esp32Server, engines };
  });

  const devices = provide(
    { id: "devices", shutdown: server.shutdownMs, tree: (it: DeviceSupervisor) => it.tree() },
    (scope): DeviceSupervisor => {
      const { store, history } = database.get();
      const { esp32Server, engines } = speech.get();
      const providers = () => {
        const { recognize, chat, synthesize } = esp32Server.providers;
        // Which of several did a turn's work is in the log; a trace names them all.
        return { recognize: recognize.join(","), chat: chat.join(","), synthesize: synthesize.join(",") };
      };
      const tracing = { version: manifest.version, providers, content: config.tracing.content, key: configuration.get().key };
      const memories = config.history.enabled
        ? scope.resources.use(new Memories({ clock, logger: createLogger("memory"), chat: esp32Server, store, history }))
        : undefined;
      const toolsOf = ({ conversation, tools: { weather } }: Config) => {
        const roles = Object.keys(conversation.roles);
        return createServerTools({ clock, logger: createLogger("tools"), timezone: server.timezone, roles, weather });
      };
      let tools = toolsOf(live.config);
      scope.resources.use(live.onChange((next) => ({ commit: () => void (tools = toolsOf(next)) })));
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
        recorders,
        tracer: createTurnTracer(tracing),
        pinServer: () => esp32Server.pin(),
        // What an assistant with fixed answers is told to remember it does not use.
        settingsFor: (deviceId) => deviceSettings(live.config, deviceId, { remembers: esp32Server.followsInstructions }),
        settingsRevision: () => live.revision,
        spare: (extra) => load.spare(extra),
      }, platform.log);
      scope.resources.defer(async () => void await supervisor.stop(server.shutdownMs / 2));
      return supervisor;
    },
  );

  // Opened again, the listener is where devices know it, also when any port would have done at first.
  let { port, wsPort } = server;
  const http = provide({ id: "http", shutdown: server.shutdownMs }, async (scope) => {
    const { key, password } = configuration.get();
    const { history, lifeCycle } = database.get();
    const supervisor = devices.get();
    const logger = createLogger("routes");
    const transportOptions = {
      limits: { maxTextBytes: deviceConfig.maxTextBytes, maxFrameBytes: deviceConfig.maxFrameBytes, maxBufferedBytes: MAX_BUFFERED_BYTES },
      logger: createLogger("transport"),
      clock,
      connectionId: () => random.uuid(),
    };
    const ws = server.transport === "ws" ? createWsTransport(transportOptions) : undefined;
    const slowClients = { clock, limits: () => live.config.load, counters, logger: createLogger("transport") };
    const accept = watchSlowClients(noteConnections(supervisor.accept.bind(supervisor), lifeCycle.registry, clock), slowClients);
    const app = createApp({
      config,
      port: () => listener.address.port,
      wsPort: () => wsListener?.address.port ?? wsPort,
      version: manifest.version,
      clock,
      logger,
      transport: ws === undefined ? { kind: "native", native: createNativeTransport(transportOptions) } : { kind: "ws", ws },
      accept,
      tokens: createDeviceTokens({ key, clock, ttlMs: tokenTtlDays * DAY_MS }),
      ownerPassword: password.password,
      devices: () => supervisor.which(),
      history,
      recording: (deviceId) => recorders.get(deviceId)?.lines(),
      say: (deviceId, text, interrupt) => supervisor.say(deviceId, text, interrupt),
      draining: () => platform.draining,
      isKnown: knownDevices(history, cache),
      onDeviceSeen: noteSeen(lifeCycle.registry),
      lanAddresses,
      lifeCycle,
      apiIsOn: () => live.config.features.api,
      live,
      admission: createAdmission({ clock, limits: () => live.config.load, overload: () => load.overload, counters }),
      load: () => ({
        ...counters.counts(),
        loopDelayMs: Math.round(load.loopDelayMs),
        ...(load.overload === undefined ? {} : { overload: load.overload }),
      }),
    });
    const closingMs = server.shutdownMs * CLOSING_SHARE;
    const listener = listen({ host: server.host, port, handler: app.handler, clock, logger });
    scope.resources.defer(() => listener.shutdown(closingMs));
    const wsListener = ws === undefined
      ? undefined
      : await listenWs({ host: server.host, port: wsPort, door: app.door, transport: ws, accept, clock, logger });
    scope.resources.defer(() => wsListener?.shutdown(closingMs));
    port = listener.address.port;
    wsPort = wsListener?.address.port ?? wsPort;
    return { port, ...(wsListener === undefined ? {} : { wsPort }) };
  });

  const children = platformChildren({
    configuration,
    database,
    // redis: the connection that nodes share; it degrades and never ends the process.
    speech,
    daemons: {
      // delivery: history delivery; give its flush to Platform as `flushOutbox`.
      // sync: the history of other servers.
      ...(channel === undefined ? {} : {
        cacheInvalidation: flagged(invalidationChild({ channel, clock, random: () => random.next() }), {
          gate: flagGate(live, "cache"),
          clock,
        }),
      }),
      // health: the health of all of this.
    },
    devices,
    http,
  });
  const started = platform.start(children).catch((error) => Promise.reject(rootCause(error)));
  const gaveUp = started.then(() => platform.finished.then(() => "everything has been stopped", messageOf));
  const ending = Promise.race([
    signals.first.then((signal) => ({ reason: String(signal), code: EXIT.ok })),
    unhandledRejection(logger).then(() => ({ reason: "a rejection was not handled", code: EXIT.software })),
    memoryOut.promise.then(() => ({ reason: "memory is out", code: EXIT.memoryOut })),
    gaveUp.then((reason) => ({ reason, code: EXIT.gaveUp })),
  ]);
  if (await Promise.race([started.then(() => true), ending.then(() => false)])) {
    greet(logging, config, configuration.get().password, speech.get().esp32Server.describe(), http.get(), clock.now());
  }
  const { reason, code } = await ending;
  logger.info("Stopping: {reason}", { reason });
  const drained = await Promise.race([platform.drain(server.shutdownMs), signals.second]);
  if ("signal" in drained) {
    logger.warn("Stopped at once by a second signal, {signal}", { signal: drained.signal });
    return drained.code;
  }
  logger.info("Stopped in {tookMs} ms; of {devices} devices {cut} were cut off, and the turns of {lost} lost", { ...drained });
  return code;
}

/** Resolves when a promise was rejected that nobody waits for: a fault of this program, after which nothing is sure. */
function unhandledRejection(logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      logger.fatal("A rejection was not handled: {error}", { error: messageOf(event.reason), stack: event.reason?.stack });
      resolve();
    });
  });
}

/** Tells the person at the terminal where to go. */
function greet(
  logging: Logging,
  { server: { host, publicUrl }, devices }: Config,
  password: OwnerPassword,
  stages: readonly string[],
  ports: { readonly port: number; readonly wsPort?: number },
  readyMs: number,
): void {
  const lines = bannerLines({
    version: manifest.version,
    publicUrl,
    host,
    ...ports,
    lan: lanAddresses(),
    stages,
    readyMs,
    tokenRequired: tokenRequired(devices.token, host),
    denoVersion: Deno.version.deno,
    path: Deno.env.get("PATH") ?? "",
  });
  logging.print(lines.join("\n") + "\n");
  if (password.source === "created") {
    logging.print(`  The owner's password for other machines, kept in ${password.path}: ${password.password}\n\n`);
  }
}

function logOptions({ log }: Config, dev: boolean): LoggingOptions {
  return { ...log, format: dev && log.format === "auto" ? "pretty" : log.format };
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

function complain(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
