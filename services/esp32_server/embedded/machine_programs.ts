/**
 * Runs programs of this machine.
 *
 * @module
 */

import { ProgramError, type Programs, type RunOptions } from "./programs.ts";

/** The end of what a program complains about that goes into an error: its last few lines. */
const MAX_STDERR_CHARS = 500;

/** What programs see of the environment; the rest may hold secrets. */
const PASSED_ENV = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "ESPEAK_DATA_PATH", "POCKETSPHINX_PATH"];

/** The programs installed on this machine. */
export function machinePrograms(): Programs {
  return { find, run };
}

async function find(name: string): Promise<string | undefined> {
  if (name === "") return undefined;
  if (name.includes("/")) return await isFile(name) ? name : undefined;
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    if (folder !== "" && await isFile(`${folder}/${name}`)) return `${folder}/${name}`;
  }
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

async function run(path: string, args: readonly string[], options: RunOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { signal, stdin } = options;
  signal.throwIfAborted();
  const child = start(path, args, stdin !== undefined);
  const kill = () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  signal.addEventListener("abort", kill, { once: true });
  try {
    const [output, complaint, status] = await Promise.all([
      collect(child.stdout, options.maxOutputBytes, kill),
      tail(child.stderr),
      child.status,
      stdin === undefined ? undefined : feed(child.stdin, stdin),
    ]);
    signal.throwIfAborted();
    if (output === undefined) {
      throw new ProgramError(`Program ${path} wrote more than the ${options.maxOutputBytes} bytes allowed`, "program_output_too_large");
    }
    if (!status.success) {
      throw new ProgramError(`Program ${path} ended with code ${status.code}: ${complaint || "it gave no reason"}`, "program_failed");
    }
    return output;
  } finally {
    signal.removeEventListener("abort", kill);
  }
}

function start(path: string, args: readonly string[], fed: boolean): Deno.ChildProcess {
  const env = Object.fromEntries(PASSED_ENV.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
  try {
    return new Deno.Command(path, {
      args: [...args],
      clearEnv: true,
      env,
      stdin: fed ? "piped" : "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (cause) {
    throw new ProgramError(`Program ${path} cannot be started; it must be installed and allowed to run`, "program_not_started", cause);
  }
}

/** All output; `undefined` when it was too much and the program was killed for it. */
async function collect(stream: ReadableStream<Uint8Array>, limit: number, kill: () => void): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  for await (const piece of stream) {
    total += piece.length;
    if (total > limit) {
      kill();
      return undefined;
    }
    pieces.push(piece);
  }
  const all = new Uint8Array(total);
  let offset = 0;
  for (const piece of pieces) {
    all.set(piece, offset);
    offset += piece.length;
  }
  return all;
}

async function tail(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of stream) text = (text + decoder.decode(piece, { stream: true })).slice(-MAX_STDERR_CHARS);
  return text.trim();
}

/** A program may end without reading all of its input: that is for its exit code to judge. */
async function feed(stream: WritableStream<Uint8Array>, bytes: Uint8Array): Promise<void> {
  const writer = stream.getWriter();
  try {
    await writer.write(bytes);
    await writer.close();
  } catch {
    await writer.abort().catch(() => {});
  }
}
