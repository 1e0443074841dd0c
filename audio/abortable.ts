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

/**
 * The items of `source` until it ends or `signal` aborts. Leaving the loop closes the source.
 *
 * @throws The signal's reason after an abort; what the source throws.
 */
export async function* pull<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, void> {
  const iterator = source[Symbol.asyncIterator]();
  let open = true;
  // One listener for all waits: items are packets of 20 ms, and a listener for each would cost more than the rest of their way.
  let reject: ((reason: unknown) => void) | undefined;
  const onAbort = () => reject?.(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    for (;;) {
      const coming = iterator.next();
      const next = await new Promise<IteratorResult<T>>((resolve, fail) => {
        reject = fail;
        if (signal.aborted) onAbort();
        coming.then(resolve, fail);
      });
      open = !next.done;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    if (open) {
      const closed = Promise.resolve(iterator.return?.());
      // A source that is stuck would never close, and an aborted consumer must not wait for it.
      if (signal.aborted) closed.catch(() => undefined);
      else await closed;
    }
  }
}
