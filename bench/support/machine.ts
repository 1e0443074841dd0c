/**
 * The machine that figures belong to.
 *
 * @module
 */

import { cpus } from "node:os";

/** What the figures depend on, in a line. */
export function machine(): string {
  const memory = (Deno.systemMemoryInfo().total / 2 ** 30).toFixed(0);
  const system = `${Deno.build.os} ${Deno.osRelease()} ${Deno.build.arch}`;
  return `Machine: ${cpus().length} x ${
    cpus()[0]?.model ?? "unknown"
  }, ${memory} GiB, ${system}, Deno ${Deno.version.deno} (V8 ${Deno.version.v8}), ` +
    `load average ${Deno.loadavg()[0]?.toFixed(1)}`;
}
