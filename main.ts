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
import { composeProcess } from "./compose/process.ts";
import { lanAddresses } from "./routes/addresses.ts";
import { bannerLines } from "./routes/banner.ts";
import { tokenRequired } from "./routes/device_policy.ts";
import { type Config, ConfigError, loadSystemConfig } from "./services/config/mod.ts";
import { configureLogging, createLogger } from "./services/logging/mod.ts";
import type { OwnerPassword } from "./services/owner_password.ts";
import { watchSignals } from "./services/process_signals.ts";
import manifest from "./deno.json" with { type: "json" };

/**
 * Exit codes of sysexits.h: a service manager tells a wrong configuration from a crash by them. A second signal ends with 128 and its number:
 * 130 (SIGINT), 143 (SIGTERM), 129 (SIGHUP). docs/supervision.md lists them all.
 */
const EXIT = {
  ok: 0,
  software: 70,
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
The exit code is 0 after SIGINT, SIGTERM and SIGHUP, 128 and the number of the signal after a second one, 78 when the configuration is
wrong, 75 when a part failed again and again, 70 after any other failure.
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
  const { shutdownMs } = config.server;
  const clock = systemClock();
  const random = systemRandom();
  using signals = watchSignals(clock);
  await using resources = new AsyncDisposableStack();
  resources.use(configureLogging({ ...config.log, format: dev && config.log.format === "auto" ? "pretty" : config.log.format }));
  const logger = createLogger("main");
  const platform: Platform = new Platform({
    clock,
    random,
    logger: createLogger("supervision"),
    devices: () => devices.peek(),
    flushOutbox: async (signal) => await database.peek()?.delivery.drain(signal) ?? 0,
  });
  const { configuration, database, speech, devices, http, children } = composeProcess({
    config,
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
    gaveUp.then((reason) => ({ reason, code: EXIT.gaveUp })),
  ]);
  if (await Promise.race([started.then(() => true), ending.then(() => false)])) {
    greet(config, configuration.get().password, speech.get().esp32Server.describe(), http.get(), clock.now());
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
  say(lines.join("\n") + "\n");
  if (password.source === "created") say(`  The owner's password for other machines, kept in ${password.path}: ${password.password}\n\n`);
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

function complain(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
