/**
 * Looking at the beginning of a stream without taking it away.
 *
 * @module
 */

/** A stream and its first bytes. */
export interface Peeked {
  /** At least as many bytes as were asked for; fewer only when that is all. */
  readonly head: Uint8Array<ArrayBuffer>;
  /** The whole stream, its head included. Leaving the loop closes the source. */
  readonly all: AsyncGenerator<Uint8Array, void, void>;
  /** Closes the source where nobody iterates: a generator that has not begun closes nothing. */
  close(): Promise<unknown>;
}

/** Waits for `length` bytes. */
export async function peek(source: AsyncGenerator<Uint8Array, void, void>, length: number): Promise<Peeked> {
  let head = new Uint8Array();
  while (head.length < length) {
    const next = await source.next();
    if (next.done) break;
    const longer = new Uint8Array(head.length + next.value.length);
    longer.set(head);
    longer.set(next.value, head.length);
    head = longer;
  }
  return { head, all: rejoined(head, source), close: () => source.return() };
}

async function* rejoined(head: Uint8Array, rest: AsyncGenerator<Uint8Array, void, void>): AsyncGenerator<Uint8Array, void, void> {
  try {
    if (head.length > 0) yield head;
    yield* rest;
  } finally {
    await rest.return();
  }
}
