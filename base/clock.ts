/**
 * Time, as everything in this project is handed it. Conversations of minutes run in tests on a virtual clock, so nothing outside this
 * file reads the time or arms a timer on its own.
 *
 * @module
 */

/** What {@link Clock.setTimeout} returns and {@link Clock.clearTimeout} takes back. */
export type TimerId = ReturnType<typeof setTimeout> | number;

/** A source of time and timers. It satisfies XState's `clock` option as it is. */
export interface Clock {
  /** Monotonic milliseconds with a fraction; comparable only with other readings of the same clock. */
  now(): number;
  /** Wall time in milliseconds since 1970-01-01T00:00:00Z. May jump. */
  wall(): number;
  /** Calls `callback` once after `ms` milliseconds. */
  setTimeout(callback: () => void, ms: number): TimerId;
  /** Disarms a timer; a timer that has fired is ignored. */
  clearTimeout(id: TimerId): void;
}

/** The clock of the machine. */
export function systemClock(): Clock {
  return {
    now: () => performance.now(),
    wall: () => Date.now(),
    setTimeout: (callback, ms) => setTimeout(callback, ms),
    clearTimeout: (id) => clearTimeout(id),
  };
}

/**
 * Resolves after `ms` milliseconds of `clock`.
 *
 * @throws The signal's reason when `signal` aborts first.
 */
export function delay(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clock.clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = clock.setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
