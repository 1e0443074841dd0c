/**
 * `deno task bench`: runs the benchmarks one after the other, each in its own process. Nothing here passes or fails: what is printed is for
 * people, with the method beside it.
 *
 * `deno task bench -- NAME...` runs some; `--quick` makes the runs short, enough to see that all works and about where things are.
 *
 * @module
 */

import { print, printError } from "../tools/output.ts";
import { machine } from "./support/machine.ts";

/** In the order of running: what wants a quiet machine most comes last, when nothing warms up beside it any more. */
const NAMES = [
  "recorder",
  "repacketize",
  "actors",
  "cache",
  "delivery",
  "sync",
  "metrics",
  "console_watch",
  "console",
  "first_frame",
  "vad",
  "latency",
  "speaking",
] as const;

/** Runs the command and gives its exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = args.filter((arg) => arg.startsWith("-") && arg !== "--");
  const wanted = args.filter((arg) => !arg.startsWith("-"));
  const unknown = wanted.find((name) => !NAMES.some((known) => known === name)) ?? options.find((option) => option !== "--quick");
  if (unknown !== undefined) {
    printError(`Cannot run '${unknown}': expected some of ${NAMES.join(", ")}, and --quick\n`);
    return 2;
  }
  print(`${machine()}\n`);
  const failed: string[] = [];
  for (const name of NAMES.filter((name) => wanted.length === 0 || wanted.includes(name))) {
    const { pathname } = new URL(`${name}.ts`, import.meta.url);
    const from = performance.now();
    const command = ["run", "--quiet", "--no-prompt", "-P=bench", decodeURIComponent(pathname), ...options];
    const { success } = await new Deno.Command(Deno.execPath(), { args: command, stdin: "null" }).spawn().status;
    print(`(${name} took ${((performance.now() - from) / 1000).toFixed(0)} s, load average ${Deno.loadavg()[0]?.toFixed(1)})\n`);
    if (!success) failed.push(name);
  }
  if (failed.length > 0) printError(`Did not run to their end: ${failed.join(", ")}\n`);
  return failed.length > 0 ? 1 : 0;
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
