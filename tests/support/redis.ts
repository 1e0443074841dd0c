/**
 * A Redis of a test's own: a process on a free port, with its files in a temporary folder, that can be killed, frozen and emptied.
 *
 * @module
 */

import { Redis } from "ioredis";
import { freePort } from "./free_port.ts";
import { needs } from "./programs.ts";

/** How long Redis may take to come up on a loaded machine, milliseconds. */
const UP_MS = 30_000;
/** Between two attempts to reach it, milliseconds. */
const POLL_MS = 20;

/** A Redis that belongs to one test file. */
export interface TestRedis extends AsyncDisposable {
  readonly port: number;
  /** `redis://127.0.0.1:PORT`. */
  readonly url: string;
  /** Kills the process as a power cut would; ignored when it is not running. */
  kill(): Promise<void>;
  /** Starts it again after {@link kill}, on the same port, with the data that was saved. */
  restart(): Promise<void>;
  /** Freezes the process: connections stay open and nothing is answered. */
  pause(): void;
  /** Lets a frozen process go on. */
  resume(): void;
  /** Deletes everything. */
  flush(): Promise<void>;
  /** Writes the data to disk, where {@link restart} finds it. */
  save(): Promise<void>;
  /** Sends a command, whatever it is, and gives its answer. */
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
}

/** How the instance differs from a plain one. */
export interface TestRedisOptions {
  /** Arguments of redis-server, such as `["--requirepass", "secret"]`. */
  readonly args?: readonly string[];
  /** Where these are needed for {@link TestRedis.call}. */
  readonly password?: string;
}

/** Whether there is no Redis to test with: for the `ignore` of a test. */
export const noRedis: boolean = needs("redis-server").ignore;

/** Starts an instance and waits until it answers. */
export async function startRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const { path } = needs("redis-server");
  const folder = await Deno.makeTempDir({ prefix: "xiaozhi-redis-" });
  const port = freePort();
  let child: Deno.ChildProcess | undefined;

  const connect = () =>
    new Redis({
      host: "127.0.0.1",
      port,
      lazyConnect: true,
      ...(options.password === undefined ? {} : { password: options.password }),
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
    }).on("error", () => {});
  const call = async (command: string, ...args: (string | number)[]): Promise<unknown> => {
    const redis = connect();
    const ended = new Promise<void>((resolve) => redis.once("end", () => resolve()));
    try {
      await redis.connect();
      return await redis.call(command, ...args);
    } finally {
      if (redis.status !== "end") redis.disconnect();
      await ended;
    }
  };
  const start = async (): Promise<void> => {
    const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"];
    child = new Deno.Command(path, { args: [...args, ...options.args ?? []], stdin: "null", stdout: "null", stderr: "null" }).spawn();
    for (const from = performance.now();;) {
      try {
        await call("PING");
        return;
      } catch (error) {
        if (performance.now() - from > UP_MS) throw error;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    }
  };
  const kill = async (): Promise<void> => {
    const running = child;
    if (running === undefined) return;
    child = undefined;
    running.kill("SIGKILL");
    await running.status;
  };
  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill,
    restart: start,
    pause: () => child?.kill("SIGSTOP"),
    resume: () => child?.kill("SIGCONT"),
    flush: async () => void await call("FLUSHALL"),
    save: async () => void await call("SAVE"),
    call,
    async [Symbol.asyncDispose]() {
      await kill();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
