/**
 * The real server, `main.ts`, in a process of its own with its own data directory, and what it does to its event loop.
 *
 * @module
 */

import { freePort } from "../../tests/support/free_port.ts";
import { type Child, startChild } from "./child.ts";
import type { LoopDelays } from "./loop_delay.ts";
import { program, SERVER } from "./paths.ts";

/** How long the server may take to start, milliseconds. */
const START_MS = 20_000;

/** What is different from the defaults. */
export interface ServerOptions {
  /** Does all stages. */
  readonly stageUrl: string;
  readonly complexity: number;
  readonly vad: "silero" | "webrtc";
  /** Does not exist yet. */
  readonly dataDir: string;
  /** Further variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The running server. */
export interface BenchServer extends AsyncDisposable {
  readonly pid: number;
  /** Where devices connect. */
  readonly deviceUrl: string;
  /** How late the timers of its event loop fired between two wall times, second by second. */
  loopSeconds(from: number, to: number): Promise<LoopDelays[]>;
  /** The same in one list, milliseconds each. */
  loopDelays(from: number, to: number): Promise<number[]>;
  /** Lines that it logged: warnings and errors. */
  readonly complaints: readonly string[];
}

/** Starts the server; resolves when it answers. */
export async function startServer(options: ServerOptions): Promise<BenchServer> {
  const port = freePort();
  const http = { RECOGNIZE: "http", CHAT: "http", SYNTHESIZE: "http" };
  const child = startChild(SERVER, [], {
    permissions: "serve",
    flags: ["--preload", program("loop_delay").pathname],
    env: {
      XIAOZHI_SERVER_HOST: "127.0.0.1",
      XIAOZHI_SERVER_PORT: String(port),
      XIAOZHI_DATA_DIR: options.dataDir,
      XIAOZHI_LOG_LEVEL: "warning",
      XIAOZHI_LOG_FORMAT: "json",
      XIAOZHI_AUDIO_COMPLEXITY: String(options.complexity),
      XIAOZHI_AUDIO_VAD_ENGINE: options.vad,
      XIAOZHI_ESP32_SERVER_BASE_URL: options.stageUrl,
      // The stages keep no history that could be taken in.
      XIAOZHI_FEATURES_SYNC_HTTP: "false",
      ...Object.fromEntries(Object.entries(http).map(([stage, who]) => [`XIAOZHI_ESP32_SERVER_${stage}_PROVIDER`, who])),
      ...options.env,
    },
  });
  const complaints: string[] = [];
  const reading = read(child, complaints);
  try {
    await ready(port);
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
  const loopSeconds = async (from: number, to: number) => {
    const lines = (await Deno.readTextFile(`${options.dataDir}.loop`)).trim().split("\n");
    return lines.map((line) => JSON.parse(line) as LoopDelays).filter(({ at }) => at > from && at <= to);
  };
  return {
    pid: child.pid,
    deviceUrl: `ws://127.0.0.1:${port}/xiaozhi/v1/`,
    complaints,
    loopSeconds,
    loopDelays: async (from, to) => (await loopSeconds(from, to)).flatMap(({ lateMs }) => lateMs),
    async [Symbol.asyncDispose]() {
      await child[Symbol.asyncDispose]();
      await reading;
    },
  };
}

async function read(child: Child, complaints: string[]): Promise<void> {
  for (let line = await child.line(); line !== undefined; line = await child.line()) {
    // The banner is no JSON.
    if (line.startsWith("{")) complaints.push(line);
  }
}

async function ready(port: number): Promise<void> {
  for (const until = performance.now() + START_MS; performance.now() < until;) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/health`);
      await response.body?.cancel();
      if (response.ok) return;
    } catch {
      // Not yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Server did not answer on port ${port} within ${START_MS} ms`);
}
