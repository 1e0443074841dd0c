/**
 * The real server as a process of its own, for tests of what only a process has: permissions, signals, ports, files, a death.
 *
 * @module
 */

import { LOCK_FILE } from "../../services/data_dir_lock.ts";
import { type HistoryContents, readHistory } from "./server_history.ts";

/** How long a start may take before it counts as failed, milliseconds: a hundred times what it takes on a quiet machine. */
const READY_MS = 30_000;

/** How long a process may take to end before it is killed, milliseconds: above the longest that a test allows. */
const END_MS = 30_000;

/** The banner: the time it took, the port, and its last line, so that what stands above it is complete. */
const BANNER = /ready in (\d+) ms[^]*?:\/\/localhost:(\d+)\/[^]*?Ctrl\+C/;

/** How a server is started. */
export interface ServerOptions {
  /** `XIAOZHI_` variables beyond the data directory, the port and the address, which are 127.0.0.1 and any free port unless given. */
  readonly env?: Readonly<Record<string, string>>;
  /** The data directory; by default a new one, removed in the end. Below `data/`, where the server may write. */
  readonly dataDir?: string;
  /** What is run instead of the server itself, such as a task. */
  readonly command?: readonly string[];
}

/** A process that runs the server, or tries to. */
export interface ServerRun extends AsyncDisposable {
  /** Of the process that was started, which a task's server is a child of. */
  readonly pid: number;
  readonly dataDir: string;
  /** Everything written to standard output and standard error so far, in the order in which it came. */
  output(): string;
  /** Resolves with what `pattern` found in the output; rejects when the process ends, or the time is over, without it. */
  until(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  /** Types on the terminal that the process runs on. */
  type(text: string): Promise<void>;
  signal(signal: Deno.Signal): void;
  /** Resolves when the process has ended and all its output is there. One that does not end is killed after a while. */
  ended(): Promise<Deno.CommandStatus>;
  /** Sends a signal and measures how long the process takes to end, milliseconds. */
  stop(signal: Deno.Signal): Promise<{ readonly code: number; readonly signal: Deno.Signal | null; readonly tookMs: number }>;
}

/** A server that is up. */
export interface ServerProcess extends ServerRun {
  readonly port: number;
  /** The page's address without its final slash. */
  readonly url: string;
  /** Milliseconds from the start of the process, as the banner says. */
  readonly readyMs: number;
  /** Of the server itself, as its lock says. */
  readonly serverPid: number;
  /** The history as it is in the file now. */
  history(): HistoryContents;
}

/** Runs the server and waits for its banner. Disposal kills it and removes a data directory made here. */
export async function startServer(options: ServerOptions = {}): Promise<ServerProcess> {
  const run = await runServer(options);
  try {
    const [, readyMs, portText] = await run.until(BANNER, READY_MS);
    const port = Number(portText);
    return Object.assign(run, {
      port,
      url: `http://127.0.0.1:${port}`,
      readyMs: Number(readyMs),
      serverPid: lockHolder(run.dataDir) ?? run.pid,
      history: () => readHistory(run.dataDir),
    });
  } catch (error) {
    await run[Symbol.asyncDispose]();
    throw error;
  }
}

/** Runs the server and waits for nothing: for those that must not come up. */
export async function runServer(options: ServerOptions = {}): Promise<ServerRun> {
  const made = options.dataDir === undefined;
  const dataDir = options.dataDir ?? await newDataDir();
  const [program = "", ...args] = options.command ?? [Deno.execPath(), "run", "--quiet", "--no-prompt", "-P=serve", "main.ts"];
  const env = environment(dataDir, options.env ?? {});
  const command = new Deno.Command(program, { args, clearEnv: true, env, stdin: "piped", stdout: "piped", stderr: "piped" });
  let child: Deno.ChildProcess;
  try {
    child = command.spawn();
  } catch (error) {
    if (made) await Deno.remove(dataDir, { recursive: true });
    throw error;
  }
  const listeners = new Set<() => void>();
  let text = "";
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
      text += piece;
      for (const listener of [...listeners]) listener();
    }
  };
  let over = false;
  const ended = Promise.all([child.status, read(child.stdout), read(child.stderr)]).then(([status]) => {
    over = true;
    for (const listener of [...listeners]) listener();
    return status;
  });
  const input = child.stdin.getWriter();
  const kill = (signal: Deno.Signal) => killProcess(child.pid, signal);
  const until = (pattern: RegExp, timeoutMs = READY_MS) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        listeners.delete(look);
        settle();
      };
      const look = () => {
        const found = pattern.exec(text);
        if (found !== null) finish(() => resolve(found));
        else if (over) finish(() => reject(new Error(`The process ended without writing ${pattern}:\n${text}`)));
      };
      const timer = setTimeout(() => {
        finish(() => reject(new Error(`The process did not write ${pattern} within ${timeoutMs} ms:\n${text}`)));
      }, timeoutMs);
      listeners.add(look);
      look();
    });
  const end = () => {
    // A task that is killed leaves its server behind, so the server goes first.
    const holder = options.command === undefined || over ? undefined : lockHolder(dataDir);
    if (holder !== undefined) killProcess(holder);
    kill("SIGKILL");
  };
  const endedInTime = async () => {
    const timer = setTimeout(end, END_MS);
    try {
      return await ended;
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    pid: child.pid,
    dataDir,
    output: () => text,
    until,
    type: (typed) => input.write(new TextEncoder().encode(typed)),
    signal: kill,
    ended: endedInTime,
    async stop(signal) {
      const startedAt = performance.now();
      kill(signal);
      const { code, signal: by } = await endedInTime();
      return { code, signal: by, tookMs: performance.now() - startedAt };
    },
    async [Symbol.asyncDispose]() {
      end();
      await input.close().catch(() => {});
      await ended;
      if (made) await Deno.remove(dataDir, { recursive: true });
    },
  };
}

/** An empty data directory where the server's permissions let it write. The caller removes it. */
export async function newDataDir(): Promise<string> {
  await Deno.mkdir("data", { recursive: true });
  return `./${await Deno.makeTempDir({ dir: "data", prefix: "test-" })}`;
}

/** The process that holds a data directory; undefined where none has, or it has let go. */
function lockHolder(dataDir: string): number | undefined {
  try {
    return (JSON.parse(Deno.readTextFileSync(`${dataDir}/${LOCK_FILE}`)) as { pid: number }).pid;
  } catch {
    return undefined;
  }
}

function killProcess(pid: number, signal: Deno.Signal = "SIGKILL"): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}

/** The environment of this process without its own settings of the server, whose `config.yaml` is left out as well. */
function environment(dataDir: string, own: Readonly<Record<string, string>>): Record<string, string> {
  const inherited = Object.entries(Deno.env.toObject()).filter(([name]) => !name.startsWith("XIAOZHI_"));
  const config = `${dataDir}/config.yaml`;
  Deno.writeTextFileSync(config, "");
  return {
    ...Object.fromEntries(inherited),
    NO_COLOR: "1",
    XIAOZHI_CONFIG: config,
    XIAOZHI_DATA_DIR: dataDir,
    XIAOZHI_SERVER_HOST: "127.0.0.1",
    XIAOZHI_SERVER_PORT: "0",
    ...own,
  };
}
