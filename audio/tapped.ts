/**
 * Looking at a stream on its way without standing in it: a generator in between would cost each item some turns of the microtask queue, and a
 * packet of 20 ms passes ten such places.
 *
 * @module
 */

/** What looks at a stream. What a function of it throws ends the stream with that error, and closes its source. */
export interface Taps<T> {
  /** An item is about to be passed on. */
  item?(item: T): void;
  /** The source has ended by itself. */
  end?(): void;
  /** The error to be thrown for what the source has thrown. */
  failure?(error: unknown): unknown;
  /** No more will be asked of the source, whyever. Called once; not where nobody has begun to iterate. Must not throw. */
  over?(): void;
}

/** The same items. Each call is handed on to the source. */
export function tapped<T>(source: AsyncIterable<T>, taps: Taps<T>): AsyncIterable<T, undefined, void> {
  return { [Symbol.asyncIterator]: () => new TappedIterator(source[Symbol.asyncIterator](), taps) };
}

class TappedIterator<T> implements AsyncIterator<T, undefined, void> {
  readonly #items: AsyncIterator<T>;
  readonly #taps: Taps<T>;
  #open = true;

  constructor(items: AsyncIterator<T>, taps: Taps<T>) {
    this.#items = items;
    this.#taps = taps;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    if (!this.#open) return { done: true, value: undefined };
    let next: IteratorResult<T>;
    try {
      next = await this.#items.next();
    } catch (error) {
      this.#close();
      throw this.#taps.failure?.(error) ?? error;
    }
    if (next.done) {
      this.#close();
      this.#taps.end?.();
      return { done: true, value: undefined };
    }
    try {
      this.#taps.item?.(next.value);
    } catch (error) {
      await this.return();
      throw error;
    }
    return next;
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    if (this.#open) {
      try {
        await this.#items.return?.();
      } finally {
        this.#close();
      }
    }
    return { done: true, value: undefined };
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#taps.over?.();
  }
}
