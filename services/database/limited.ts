/**
 * Waiting with an end.
 *
 * @module
 */

import { type Clock, delay } from "../../base/clock.ts";

/** What ends a wait early. */
export interface Limit {
  readonly clock: Clock;
  /** Milliseconds. */
  readonly ms: number;
  readonly signal?: AbortSignal | undefined;
  /** What the wait ends with when the time is over. */
  readonly error: () => Error;
}

/**
 * Waits for `promise` at most so long.
 *
 * @param late Gets what `promise` yields after the wait was given up.
 * @throws What `limit.error` makes, the signal's reason, or what `promise` rejects with.
 */
export async function limited<T>(promise: Promise<T>, limit: Limit, late?: (value: T) => void): Promise<T> {
  const { clock, ms, signal, error } = limit;
  const over = new AbortController();
  const timer = delay(clock, ms, signal === undefined ? over.signal : AbortSignal.any([over.signal, signal])).then(() => {
    throw error();
  });
  let settled = false;
  promise.then((value) => {
    if (settled) late?.(value);
  }, () => {});
  try {
    return await Promise.race([promise, timer]);
  } finally {
    settled = true;
    timer.catch(() => {});
    over.abort();
  }
}
