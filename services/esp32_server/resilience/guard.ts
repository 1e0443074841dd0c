/**
 * Time limits around a provider that may not keep any: until its answer begins, and for each wait after that.
 *
 * @module
 */

import { pull, type Pulled } from "../../../audio/abortable.ts";
import type { Clock } from "../../../base/clock.ts";
import { Deadline } from "../deadline.ts";

/** Enough to kill a program or close a connection, too little to be noticed by who has cut in. */
const LET_GO_MS = 200;

/**
 * Added to each limit: a provider that keeps the same time itself comes first, because it can say better what was missing. Too little for a
 * person to notice.
 */
const OWN_LIMIT_MARGIN_MS = 250;

/** What a guard is made with. Times are in milliseconds. */
export interface GuardOptions {
  readonly clock: Clock;
  /** The caller's. */
  readonly signal: AbortSignal;
  /** Until the answer begins. */
  readonly firstMs: number;
  /** For each wait after that; the consumer's own time does not count. */
  readonly idleMs?: number;
  /** The error for a limit that was passed. */
  readonly late: (ms: number, begun: boolean) => Error;
}

/** Limits one call. The first limit runs from the making of the guard until {@link Guard.begun}. */
export class Guard implements Disposable {
  readonly #options: GuardOptions;
  readonly #deadline: Deadline;
  #begun = false;

  /** @throws The signal's reason when it has aborted already. */
  constructor(options: GuardOptions) {
    options.signal.throwIfAborted();
    this.#options = options;
    this.#deadline = new Deadline(options.clock, options.signal);
    this.#arm(options.firstMs);
  }

  /** For the provider: aborts with the caller's reason or with the error for the limit that was passed. */
  get signal(): AbortSignal {
    return this.#deadline.signal;
  }

  /**
   * The outcome of `work`, unless the signal aborts first. After the caller's abort `work` gets a moment to let go of what it holds; after a
   * limit it gets none, because somebody waits.
   */
  async call<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const outcome = work(this.signal);
    try {
      return await this.#deadline.race(outcome);
    } catch (error) {
      if (this.#options.signal.aborted) await this.#letGo(outcome);
      throw error;
    }
  }

  /** The answer has begun: from now on each wait has a limit of its own. */
  begun(): void {
    if (this.#begun) return this.#deadline.disarm();
    this.#begun = true;
    this.#deadline.rest();
  }

  /**
   * The items of `source`. Leaving the loop closes the source; at a limit or an abort nobody waits for a source that is stuck.
   *
   * @throws The signal's reason; what the source throws.
   */
  items<T>(source: AsyncIterable<T>): Pulled<T> {
    const { idleMs } = this.#options;
    const items = pull(source, this.signal);
    const leave = async () => {
      try {
        return await items.return();
      } finally {
        this[Symbol.dispose]();
      }
    };
    const guarded: Pulled<T> = {
      next: async () => {
        if (this.#begun && idleMs !== undefined) this.#arm(idleMs);
        try {
          const next = await items.next();
          if (this.#begun) this.#deadline.disarm();
          if (next.done) this[Symbol.dispose]();
          return next;
        } catch (error) {
          this[Symbol.dispose]();
          throw error;
        }
      },
      return: leave,
      [Symbol.asyncIterator]: () => guarded,
    };
    return guarded;
  }

  [Symbol.dispose](): void {
    this.#deadline[Symbol.dispose]();
  }

  #letGo(outcome: Promise<unknown>): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const timer = clock.setTimeout(resolve, LET_GO_MS);
      const settled = () => {
        clock.clearTimeout(timer);
        resolve();
      };
      outcome.then(settled, settled);
    });
  }

  #arm(ms: number): void {
    this.#deadline.arm(ms + OWN_LIMIT_MARGIN_MS, () => this.#options.late(ms, this.#begun));
  }
}
