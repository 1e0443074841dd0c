/**
 * Asks the server of the same container whether it is well: exit code 0 says yes, 1 no. Docker calls it.
 *
 * @module
 */

import { messageOf } from "../base/errors.ts";
import { loadSystemConfig } from "../services/config/mod.ts";
import { printError } from "./output.ts";

/** Below the five seconds that the Dockerfile gives, so that the reason is printed. */
const TIMEOUT_MS = 4000;

/**
 * Asks `/health`.
 *
 * @returns Why the server is not well; undefined when it is.
 */
export async function ailment(port: string, timeoutMs: number = TIMEOUT_MS, host = "127.0.0.1"): Promise<string | undefined> {
  try {
    const response = await fetch(`http://${host}:${port}/health`, { signal: AbortSignal.timeout(timeoutMs) });
    await response.body?.cancel();
    return response.ok ? undefined : `Server answered ${response.status}, expected 200`;
  } catch (error) {
    return `Server did not answer on port ${port}: ${messageOf(error)}`;
  }
}

if (import.meta.main) {
  const { server } = (await loadSystemConfig(Deno.args)).config;
  const everywhere = server.host === "0.0.0.0" || server.host === "::";
  const reason = await ailment(String(server.port), TIMEOUT_MS, everywhere ? "127.0.0.1" : server.host);
  if (reason !== undefined) {
    printError(`${reason}\n`);
    Deno.exitCode = 1;
  }
}
