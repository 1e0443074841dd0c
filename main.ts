/**
 * The process: from its arguments to its exit code. Its parts are put together in `compose/`, and docs/supervision.md draws them.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { Platform } from "./actors/platform/platform.ts";
import { rootCause } from "./actors/supervision/errors.ts";
import { systemClock } from "./base/clock.ts";
import { AppError, messageOf } from "./base/errors.ts";
import { systemRandom } from "./base/random.ts";
import { rereadConfig } from "./compose/configuration.ts";
import { composeProcess } from "./compose/process.ts";
import { lanAddresses } from "./routes/addresses.ts";
import { bannerLines } from "./routes/banner.ts";
import { tokenRequired } from "./routes/device_policy.ts";
import { LiveConfig } from "./services/config/live/mod.ts";
import { type Config, ConfigError, loadSystemLayers } from "./services/config/mod.ts";
import { LoadCounters } from "./services/load/counters.ts";
import { LoadMonitor } from "./services/load/load_monitor.ts";
import { machineLoad } from "./services/load/machine_load.ts";
import { configureLogging, createLogger, type Logging, type LoggingOptions } from "./services/logging/mod.ts";
import type { OwnerPassword } from "./services/owner_password.ts";
import { watchSignals } from "./services/process_signals.ts";
import { loadOrCreateKey } from "./services/tokens.ts";
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
  const { config } = live;
  const { shutdownMs } = config.server;
  const clock = systemClock();
  const random = systemRandom();
  // A terminal that is closed sends SIGHUP to what runs on it; whatever runs on none is a daemon, which reads its configuration again.
  const onTerminal = [Deno.stdin, Deno.stdout, Deno.stderr].some((stream) => stream.isTerminal());
  const onReload = onTerminal ? undefined : () => rereadConfig(live, { by: "SIGHUP", via: "signal" });
  using signals = watchSignals(clock, Deno, Deno.build.os, onReload);
  await using resources = new AsyncDisposableStack();
  const logging = resources.use(configureLogging(logOptions(config, dev)));
  resources.use(live.onChange((next) => ({ commit: () => logging.reconfigure(logOptions(next, dev)) })));
  const logger = createLogger("main");
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
  const platform: Platform = new Platform({
    clock,
    random,
    logger: createLogger("supervision"),
    devices: () => devices.peek(),
    flushOutbox: async (signal) => live.config.features.delivery ? await database.peek()?.delivery.drain(signal) : undefined,
  });
  const { configuration, database, speech, devices, http, children } = composeProcess({
    config,
    live,
    load,
    counters,
    clock,
    random,
    version: manifest.version,
    platform,
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
  const drained = await Promise.race([platform.drain(shutdownMs), signals.second]);
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
