/**
 * Work that is done again and again, a pause after each time.
 *
 * @module
 */

import { type Clock, delay } from "../base/clock.ts";

/** What {@link Rounds} needs. */
export interface RoundsOptions {
  readonly clock: Clock;
  /** The pause before the first round and after each, milliseconds. */
  readonly everyMs: number;
  /** One round. It must not reject; `signal` aborts when the rounds end. */
  readonly round: (signal: AbortSignal) => Promise<void>;
}

/** Rounds from its making until it is disposed of, which waits for the one under way. */
export class Rounds implements AsyncDisposable {
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;

  constructor(options: RoundsOptions) {
    this.#running = this.#run(options);
  }

  async #run({ clock, everyMs, round }: RoundsOptions): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await delay(clock, everyMs, signal).catch(() => {});
      if (!signal.aborted) await round(signal);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }
}
