/**
 * The composition root: configuration → services → devices → HTTP, and back again in reverse when a signal comes.
 *
 * @module
 */

import { DeviceSupervisor } from "./actors/devices/device_supervisor.ts";
import { Memories } from "./actors/device/memory.ts";
import { deviceSettings } from "./actors/device/settings.ts";
import { loadOpus } from "./audio/opus/libopus.ts";
import type { FrameEncoder } from "./audio/opus/frame_encoder.ts";
import { createFrameEncoder } from "./audio/opus/worker_encoder.ts";
import { createDecoderPool } from "./audio/uplink/decoder_pool.ts";
import type { DownlinkFormat, SpeechAudio } from "./audio/types.ts";
import { createVadEngine } from "./audio/vad/choose.ts";
import { systemClock } from "./base/clock.ts";
import { AppError, messageOf } from "./base/errors.ts";
import { createIds } from "./base/ids.ts";
import { systemRandom } from "./base/random.ts";
import { lanAddresses } from "./routes/addresses.ts";
import { createApp } from "./routes/app.ts";
import { bannerLines } from "./routes/banner.ts";
import { tokenRequired } from "./routes/device_policy.ts";
import { createConsole } from "./routes/console/parts.ts";
import { listen } from "./routes/listener.ts";
import { noteConnections, noteSeen } from "./routes/sightings.ts";
import { MAX_BUFFERED_BYTES } from "./routes/transport/limits.ts";
import { createNativeTransport } from "./routes/transport/native.ts";
import { createWsTransport } from "./routes/transport/ws.ts";
import { listenWs } from "./routes/ws_listener.ts";
import { loadClips } from "./services/clips/clips.ts";
import { type Config, ConfigError, loadSystemConfig } from "./services/config/mod.ts";
import { lockDataDir } from "./services/data_dir_lock.ts";
import { createEsp32Server } from "./services/esp32_server/mod.ts";
import { patientHistory } from "./services/history/patient.ts";
import { DailyUsage } from "./services/history/daily_usage.ts";
import { openSqliteHistory } from "./services/history/sqlite.ts";
import { openLifeCycle } from "./services/life_cycle.ts";
import { configureLogging, createLogger } from "./services/logging/mod.ts";
import { ownerPassword } from "./services/owner_password.ts";
import { RecorderHub } from "./services/recorder/hub.ts";
import { createServerTools } from "./services/tools/mod.ts";
import { createDeviceTokens, loadOrCreateKey } from "./services/tokens.ts";
import { createTurnTracer } from "./services/tracing/turn_tracer.ts";
import manifest from "./deno.json" with { type: "json" };

/** Exit codes of sysexits.h: a service manager tells a wrong configuration from a crash by them. */
const EXIT = { ok: 0, software: 70, config: 78 } as const;

/** Of `server.shutdownMs`, the part that is kept for the listener and the stores after the devices have ended their turns. */
const CLOSING_SHARE = 0.25;

const DAY_MS = 86_400_000;

const HELP = `Serves xiaozhi devices.

  deno task dev [options]     log lines for people
  deno task start [options]   log lines for people on a terminal, JSON elsewhere

  --config <file>  read this file; else XIAOZHI_CONFIG names one, else ./config.yaml if there is one
  --help           this text

Every other setting is a key of the configuration: deno task config
The exit code is 0 after SIGINT, SIGTERM and SIGHUP, 78 when the configuration is wrong, 70 after any other failure.
`;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    say(HELP);
    return EXIT.ok;
  }
  const dev = args.includes("--dev");
  let config: Config;
  try {
    ({ config } = await loadSystemConfig(args.filter((arg) => arg !== "--dev")));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    complain(error.message);
    return EXIT.config;
  }
  try {
    return await run(config, dev);
  } catch (error) {
    // Thrown on, it would reach the handler of unhandled rejections, whose log is closed by now.
    complain(error instanceof AppError ? error.message : error instanceof Error ? error.stack ?? error.message : String(error));
    return EXIT.software;
  }
}

async function run(config: Config, dev: boolean): Promise<number> {
  const { server, devices, audio, dataDir } = config;
  const clock = systemClock();
  const random = systemRandom();
  const stopping = stopSignal();
  await using resources = new AsyncDisposableStack();
  resources.use(configureLogging({ ...config.log, format: dev && config.log.format === "auto" ? "pretty" : config.log.format }));
  const logger = createLogger("main");
  resources.use(await lockDataDir(dataDir, clock));
  const historyLogger = createLogger("history");
  const store = await openSqliteHistory({ dataDir, clock, logger: historyLogger });
  const history = resources.use(patientHistory(store, { clock, logger: historyLogger }));
  const lifeCycle = resources.use(
    await openLifeCycle({
      archive: store,
      deviceTable: store.deviceTable,
      deviceStore: store,
      history: config.history,
      dataDir,
      clock,
      logger: historyLogger,
    }),
  );
  const esp32Server = resources.use(
    await createEsp32Server(config.esp32Server, {
      clock,
      logger: createLogger("esp32_server"),
      timezone: server.timezone,
      tempDir: dataDir,
    }),
  );
  const vad = resources.use(createVadEngine({ engine: audio.vad.engine, logger: createLogger("vad") }));
  const encoder = resources.use(
    createFrameEncoder({ workers: audio.encodeWorkers, complexity: audio.complexity, bitrate: audio.bitrate }),
  );
  const recorders = new RecorderHub({
    clock,
    appVersion: manifest.version,
    transcripts: config.log.transcripts,
    ...config.recorder,
    maxDevices: server.maxConnections,
  });
  const decoders = once(async () => {
    // The first device pays for loading the codec; starting the encoder beside it spares the first reply a tenth of a second.
    warmUp(encoder, audio).catch((error) => logger.warn("The encoder did not start: {error}", { error: messageOf(error) }));
    return resources.use(await createDecoderPool(await loadOpus()));
  });
  const key = await loadOrCreateKey(dataDir, random);
  const { recognize, chat, synthesize } = esp32Server.providers;
  // Which of several did a turn's work is in the log; a trace names them all.
  const providers = { recognize: recognize.join(","), chat: chat.join(","), synthesize: synthesize.join(",") };
  const tracing = { version: manifest.version, providers, content: config.tracing.content, key };
  const { features, conversation } = config;
  const memories = features.memory && config.history.enabled && esp32Server.followsInstructions
    ? resources.use(new Memories({ clock, logger: createLogger("memory"), chat: esp32Server, store, history }))
    : undefined;
  const tools = features.serverTools
    ? createServerTools({
      clock,
      logger: createLogger("tools"),
      timezone: server.timezone,
      roles: Object.keys(conversation.roles),
      weather: config.tools.weather,
    })
    : undefined;
  const settingsFor = (deviceId: string) => deviceSettings(config, deviceId);
  const supervisor = new DeviceSupervisor({
    clock,
    logger: createLogger("device"),
    newTurnId: createIds(clock, random),
    newSessionId: () => random.uuid(),
    loadDecoders: async () => (await decoders()).take,
    vad,
    encoder,
    server: esp32Server,
    clips: loadClips(),
    ...(config.history.enabled ? { history, usage: new DailyUsage({ clock, timezone: server.timezone, store }) } : {}),
    deviceStore: store,
    ...(memories === undefined ? {} : { memories }),
    ...(tools === undefined ? {} : { tools }),
    ...(config.features.recorder ? { recorders } : {}),
    ...(config.features.tracing ? { tracer: createTurnTracer(tracing) } : {}),
    settingsFor,
    onStatus: (deviceId) => webConsole.fleet.touch(deviceId),
    onTurn: (turn) => webConsole.tally.add(turn),
  });

  const password = await ownerPassword(dataDir, config.console.password, random);
  const routesLogger = createLogger("routes");
  const { registry } = lifeCycle;
  const webConsole = resources.use(createConsole({
    ...{ clock, random, dataDir, supervisor, store, archive: store, registry, settingsFor, timezone: server.timezone },
    logger: createLogger("console"),
    ownerPassword: password.password,
    viewerPassword: config.console.viewerPassword,
  }));
  const transportOptions = {
    limits: { maxTextBytes: devices.maxTextBytes, maxFrameBytes: devices.maxFrameBytes, maxBufferedBytes: MAX_BUFFERED_BYTES },
    logger: createLogger("transport"),
    clock,
    connectionId: () => random.uuid(),
  };
  const ws = server.transport === "ws" ? createWsTransport(transportOptions) : undefined;
  const accept = noteConnections(supervisor.accept.bind(supervisor), lifeCycle.registry, clock);
  let draining = false;
  const app = createApp({
    config,
    port: () => listener.address.port,
    wsPort: () => wsListener?.address.port ?? server.wsPort,
    version: manifest.version,
    clock,
    logger: routesLogger,
    transport: ws === undefined ? { kind: "native", native: createNativeTransport(transportOptions) } : { kind: "ws", ws },
    accept,
    tokens: createDeviceTokens({ key, clock, ttlMs: devices.tokenTtlDays * DAY_MS }),
    ownerPassword: password.password,
    devices: () => supervisor.which(),
    history,
    recording: (deviceId) => recorders.get(deviceId)?.lines(),
    say: (deviceId, text, interrupt) => supervisor.say(deviceId, text, interrupt),
    draining: () => draining,
    isKnown: async (deviceId) => (await history.listSessions({ deviceId, limit: 1 })).length > 0,
    onDeviceSeen: (device) => [noteSeen(registry), webConsole.seen].forEach((hear) => hear(device)),
    webConsole,
    lanAddresses,
    ...(features.api ? { lifeCycle } : {}),
  });
  const listener = listen({ host: server.host, port: server.port, handler: app.handler, clock, logger: routesLogger });
  const wsListener = ws === undefined
    ? undefined
    : await listenWs({ host: server.host, port: server.wsPort, door: app.door, transport: ws, accept, clock, logger: routesLogger });

  const { host, publicUrl } = server;
  const lines = bannerLines({
    version: manifest.version,
    publicUrl,
    host,
    port: listener.address.port,
    ...(wsListener === undefined ? {} : { wsPort: wsListener.address.port }),
    lan: lanAddresses(),
    stages: esp32Server.describe(),
    readyMs: clock.now(),
    tokenRequired: tokenRequired(devices.token, host),
    denoVersion: Deno.version.deno,
    path: Deno.env.get("PATH") ?? "",
  });
  say(lines.join("\n") + "\n");
  if (password.source === "created") say(`  The owner's password for other machines, kept in ${password.path}: ${password.password}\n\n`);

  const { reason, code } = await stopping;
  draining = true;
  logger.info("Stopping: {reason}", { reason });
  const cut = await supervisor.stop(server.shutdownMs * (1 - CLOSING_SHARE));
  if (cut > 0) logger.warn("{cut} devices were still busy and have been cut off", { cut });
  // Consoles that are open would keep the listener waiting.
  webConsole[Symbol.dispose]();
  await Promise.all([listener.shutdown(server.shutdownMs * CLOSING_SHARE), wsListener?.shutdown(server.shutdownMs * CLOSING_SHARE)]);
  logger.info("Stopped");
  return code;
}

/** Resolves when the process is to end. */
function stopSignal(): Promise<{ readonly reason: string; readonly code: number }> {
  return new Promise((resolve) => {
    // A terminal that is closed sends SIGHUP, which Windows does not have in this sense.
    const signals = Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) {
      Deno.addSignalListener(signal, () => resolve({ reason: signal, code: EXIT.ok }));
    }
    addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      createLogger("main").fatal("A rejection was not handled: {error}", { error: messageOf(event.reason), stack: event.reason?.stack });
      resolve({ reason: "a rejection was not handled", code: EXIT.software });
    });
  });
}

/** Encodes a moment of silence, so that the encoder's worker runs. */
async function warmUp(encoder: FrameEncoder, format: DownlinkFormat): Promise<void> {
  const { sampleRate, frameMs } = format;
  const silence = new Int16Array(sampleRate * frameMs / 1000);
  const audio: SpeechAudio = { kind: "pcm", sampleRate, chunks: ReadableStream.from([silence]) };
  for await (const _ of encoder.encode(audio, { sampleRate, frameMs }, { signal: new AbortController().signal })) break;
}

/** Calls `make` at the first call, and again after a failure. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () =>
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

function complain(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
