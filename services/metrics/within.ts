/**
 * Waiting with an end.
 *
 * @module
 */

import { type Clock, delay } from "../../base/clock.ts";
import { AppError } from "../../base/errors.ts";

/**
 * What `promise` resolves to, within `ms` milliseconds.
 *
 * @throws AppError `too_late` when the time is over.
 */
export async function within<T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = delay(clock, ms, over.signal).then(() => {
    throw new AppError(`No answer within ${ms} ms`, { code: "too_late", retryable: true });
  });
  late.catch(() => {});
  promise.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    over.abort();
  }
}
