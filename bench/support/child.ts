/**
 * Programs beside a benchmark: each in its own process, told what to do by one JSON argument, answering in lines of JSON.
 *
 * @module
 */

import { fromFileUrl } from "./paths.ts";

/** What a program is started with. */
export interface ChildOptions {
  /** Permission set of deno.json. */
  readonly permissions: "bench" | "serve";
  /** Options of `deno run`. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Options of V8 as the server's own task has them: short collections of young garbage, few of the whole heap. What takes times has them, too,
 * so that its own pauses are not taken for the server's.
 */
export const HEAP_FLAGS = "--v8-flags=--initial-old-space-size=128,--min-semi-space-size=8,--max-semi-space-size=8";

/** A running program. Disposing of it ends it. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** The next line of output; undefined at the end. */
  line(): Promise<string | undefined>;
  /** The next line of output as JSON. */
  answer<T>(): Promise<T>;
}

/** How long a program that was asked to end may take, milliseconds: the server takes its own 4 s. */
const END_MS = 6000;

/** Starts a program of this project. */
export function startChild(module: URL, args: readonly string[], options: ChildOptions): Child {
  const { permissions, flags = [], env = {} } = options;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", HEAP_FLAGS, `-P=${permissions}`, ...flags, fromFileUrl(module), ...args],
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = linesOf(child.stdout);
  const line = async () => (await lines.next()).value;
  return {
    pid: child.pid,
    line,
    async answer<T>(): Promise<T> {
      const text = await line();
      if (text === undefined) throw new Error(`${fromFileUrl(module)} ended without an answer`);
      return JSON.parse(text) as T;
    },
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGTERM");
      } catch {
        // It has ended already.
      }
      const late = setTimeout(() => child.kill("SIGKILL"), END_MS);
      // A full pipe would keep it from ending.
      while (await line() !== undefined);
      await child.status;
      clearTimeout(late);
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string, undefined, void> {
  let rest = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
  return undefined;
}
