/**
 * Time limits of a stage call that share one signal with the caller's abort.
 *
 * @module
 */

import type { Clock, TimerId } from "../../base/clock.ts";

/** A signal that aborts with the caller's reason, or with an error of ours when an armed time is over. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #parent: AbortSignal;
  readonly #forward = () => this.#controller.abort(this.#parent.reason);
  #timer: TimerId | undefined;
  /** When the timer fires; it may be sooner than what it was last armed for, never later. */
  #firesAt = 0;
  #armed: { readonly dueAt: number; readonly error: () => Error } | undefined;

  constructor(clock: Clock, parent: AbortSignal) {
    this.#clock = clock;
    this.#parent = parent;
    if (parent.aborted) this.#forward();
    else parent.addEventListener("abort", this.#forward, { once: true });
  }

  /** To be handed to whatever must end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Aborts with `error()` after `ms` milliseconds; replaces the time armed before. */
  arm(ms: number, error: () => Error): void {
    const dueAt = this.#clock.now() + ms;
    this.#armed = { dueAt, error };
    // A stream is armed for each of its pieces. The timer of one before is left to fire and to look again: that costs a hundredth.
    if (this.#timer === undefined || this.#firesAt > dueAt) this.#wait(ms, dueAt);
  }

  /** Lets time pass again. */
  disarm(): void {
    this.#armed = undefined;
  }

  /** Lets time pass again and keeps no timer: for who may never come back to arm another. */
  rest(): void {
    this.disarm();
    this.#clear();
  }

  /** Rejects with the signal's reason as soon as it aborts, else settles as `work` does. For work that cannot hear a signal. */
  race<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    return new Promise((resolve, reject) => {
      const onAbort = () => reject(signal.reason);
      if (signal.aborted) onAbort();
      signal.addEventListener("abort", onAbort, { once: true });
      work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
    });
  }

  [Symbol.dispose](): void {
    this.rest();
    this.#parent.removeEventListener("abort", this.#forward);
  }

  #wait(ms: number, firesAt: number): void {
    this.#clear();
    this.#firesAt = firesAt;
    this.#timer = this.#clock.setTimeout(() => this.#fired(), ms);
  }

  #fired(): void {
    this.#timer = undefined;
    if (this.#armed === undefined) return;
    const { dueAt, error } = this.#armed;
    const left = dueAt - this.#clock.now();
    // Timers may fire a fraction of a millisecond early.
    if (left >= 1) return this.#wait(left, dueAt);
    this.#armed = undefined;
    this.#controller.abort(error());
  }

  #clear(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
