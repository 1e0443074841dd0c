/**
 * What every log line says that is written on behalf of something, whoever writes it.
 *
 * @module
 */

import { AsyncLocalStorage } from "node:async_hooks";
import { type ContextLocalStorage, getConfig, withContext } from "@logtape/logtape";

/** Ids that lines of one conversation have in common. */
export interface LogIds {
  readonly deviceId?: string;
  readonly sessionId?: string;
  readonly turnId?: string;
}

/** Makes what carries the ids from call to call; one for each logging set-up. */
export function logContexts(): ContextLocalStorage<Record<string, unknown>> {
  return new AsyncLocalStorage();
}

/** Runs `call`; lines of it and of all that it starts say the ids. */
export function withLogIds<T>(ids: LogIds, call: () => T): T {
  // Without storage LogTape runs the call as well, and complains of it in the log.
  return getConfig()?.contextLocalStorage === undefined ? call() : withContext({ ...ids }, call);
}
