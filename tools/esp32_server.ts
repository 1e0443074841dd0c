/**
 * `deno task esp32-server`: serves the embedded stages over the HTTP contract, so that another runtime can use them.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { loadOpus } from "../audio/opus/libopus.ts";
import { systemClock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import { systemRandom } from "../base/random.ts";
import { listen, ListenError } from "../routes/listener.ts";
import { isLoopback } from "../routes/trusted_proxies.ts";
import { ConfigError, loadSystemConfig } from "../services/config/mod.ts";
import { createEsp32Server } from "../services/esp32_server/mod.ts";
import { createEsp32ServerApp } from "../services/esp32_server/server/app.ts";
import { configureLogging, createLogger } from "../services/logging/mod.ts";
import { print, printError } from "./output.ts";

const HELP = `Serves recognition, chat and speech of this machine over HTTP: POST /api/vad, /api/asr, /api/chat, /api/tts,
GET /api/chat/history, GET /health.

  deno task esp32-server [options]

  --port <number>  listen here; 8003 by default
  --host <name>    listen on this address; 127.0.0.1 by default, 0.0.0.0 for other machines
  --config <file>  configuration; its section esp32Server says which models and programs, and apiKey which key callers need
  --help           this text
`;

/** The contract's default port. */
const DEFAULT_PORT = 8003;
const MAX_PORT = 65535;

/** What requests under way may take after a signal; with the release of the models it stays below the 5 s that a stop may take. */
const SHUTDOWN_MS = 3000;

/**
 * Serves until a signal ends it.
 *
 * @returns The exit code.
 */
async function main(args: readonly string[]): Promise<number> {
  const flags = parse(args);
  if (typeof flags === "string") {
    printError(`${flags}\n\n${HELP}`);
    return 2;
  }
  if (flags.help) {
    print(HELP);
    return 0;
  }
  const { config } = await loadSystemConfig(flags.config === undefined ? [] : ["--config", flags.config]);
  await using _ = configureLogging(config.log);
  const logger = createLogger("esp32-server");
  const clock = systemClock();
  const random = systemRandom();
  const { esp32Server } = config;
  await using server = await createEsp32Server({
    ...esp32Server,
    detectSpeech: { enabled: true, provider: "embedded" },
    recognize: { ...esp32Server.recognize, provider: "embedded" },
    chat: { provider: "embedded" },
    synthesize: { ...esp32Server.synthesize, provider: "embedded" },
  }, { clock, random, logger, timezone: config.server.timezone, tempDir: config.dataDir });
  const app = createEsp32ServerApp({ server, apiKey: esp32Server.apiKey, clock, random, logger, opus: loadOpus });
  const stopping = stopSignal();
  const { host, port } = flags;
  const listener = listen({
    host,
    port,
    handler: (request) => app.fetch(request),
    clock,
    logger,
    keys: { host: "--host", port: "--port" },
  });
  const { address } = listener;
  print(`Serving http://${address.hostname}:${address.port}\n${server.describe().join("\n")}\n`);
  if (esp32Server.apiKey === "" && host !== "localhost" && !isLoopback(host)) {
    print("Everybody who reaches this address may use it; set esp32Server.apiKey to ask for a key\n");
  }
  await stopping;
  await listener.shutdown(SHUTDOWN_MS);
  return 0;
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => resolve());
  });
}

interface Flags {
  readonly port: number;
  readonly host: string;
  readonly config: string | undefined;
  readonly help: boolean;
}

/** The options, or what is wrong with them. */
function parse(args: readonly string[]): Flags | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: "string", default: String(DEFAULT_PORT) },
        host: { type: "string", default: "127.0.0.1" },
        config: { type: "string" },
        help: { type: "boolean", default: false, short: "h" },
      },
    });
    const port = Number(values.port);
    if (values.port === "" || !Number.isInteger(port) || port < 0 || port > MAX_PORT) {
      return `Option --port is "${values.port}"; a whole number of 0 to ${MAX_PORT} is needed`;
    }
    return { port, host: values.host, config: values.config, help: values.help };
  } catch (error) {
    return messageOf(error);
  }
}

if (import.meta.main) {
  try {
    // Not by exit code alone: a request that never ends would keep the process.
    Deno.exit(await main(Deno.args));
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof ListenError)) throw error;
    printError(`${error.message}\n`);
    Deno.exit(1);
  }
}
