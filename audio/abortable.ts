/**
 * Waiting that an AbortSignal can end, even when what is waited for never comes.
 *
 * @module
 */

/**
 * The outcome of `promise`, unless `signal` aborts first. A later rejection of `promise` is then nobody's business any more.
 *
 * @throws The signal's reason after an abort.
 */
export function abortable<T>(promise: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    const settled = () => signal.removeEventListener("abort", onAbort);
    promise.then((value) => (settled(), resolve(value)), (error) => (settled(), reject(error)));
  });
}

/** Items that somebody may stop taking. */
export interface Pulled<T> extends AsyncIterableIterator<T, undefined, void> {
  return(): Promise<IteratorResult<T, undefined>>;
}

/**
 * The items of `source` until it ends or `signal` aborts. Leaving the loop closes the source.
 *
 * @throws The signal's reason after an abort; what the source throws.
 */
export function pull<T>(source: AsyncIterable<T>, signal: AbortSignal): Pulled<T> {
  return new Puller(source[Symbol.asyncIterator](), signal);
}

class Puller<T> implements Pulled<T> {
  readonly #items: AsyncIterator<T>;
  readonly #signal: AbortSignal;
  #open = true;
  // One listener for all waits: items are packets of 20 ms, and a listener for each would cost more than the rest of their way.
  #reject: ((reason: unknown) => void) | undefined;
  readonly #onAbort = () => this.#reject?.(this.#signal.reason);

  constructor(items: AsyncIterator<T>, signal: AbortSignal) {
    this.#items = items;
    this.#signal = signal;
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    if (!this.#open) return { done: true, value: undefined };
    try {
      const coming = this.#items.next();
      const next = await new Promise<IteratorResult<T>>((resolve, fail) => {
        this.#reject = fail;
        if (this.#signal.aborted) this.#onAbort();
        coming.then(resolve, fail);
      });
      if (!next.done) return next;
    } catch (error) {
      await this.return();
      throw error;
    }
    this.#leave();
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    if (this.#open) {
      this.#leave();
      const closed = Promise.resolve(this.#items.return?.());
      // A source that is stuck would never close, and an aborted consumer must not wait for it.
      if (this.#signal.aborted) closed.catch(() => undefined);
      else await closed;
    }
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #leave(): void {
    this.#open = false;
    this.#signal.removeEventListener("abort", this.#onAbort);
  }
}
