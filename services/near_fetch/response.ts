/**
 * As much of `fetch` as the stages need: small enough that something other than `Response` can be it, which costs a tenth.
 *
 * @module
 */

/** A `fetch` of addresses. `globalThis.fetch` is one. */
export type HttpFetch = (url: string, init?: RequestInit) => Promise<HttpResponse>;

/** An answer. A `Response` is one. */
export interface HttpResponse {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: { get(name: string): string | null };
  /** To be read once. */
  readonly body: HttpBody | null;
  /** The whole body. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
}

/** The bytes of an answer as they come. Leaving the loop, and `cancel`, end the call. */
export interface HttpBody extends AsyncIterable<Uint8Array<ArrayBuffer>> {
  cancel(): Promise<void>;
}

/** The body of an answer that is read here. */
export class NearBody implements HttpBody, AsyncIterator<Uint8Array<ArrayBuffer>, undefined, void> {
  readonly #there: Uint8Array<ArrayBuffer>[];
  readonly #more: () => Promise<Uint8Array<ArrayBuffer>[]>;
  readonly #leave: () => void;

  /** `there` is what has come; `more` gives what comes next, nothing at the end; `leave` is called when no more is wanted. */
  constructor(there: Uint8Array<ArrayBuffer>[], more: () => Promise<Uint8Array<ArrayBuffer>[]>, leave: () => void) {
    this.#there = there;
    this.#more = more;
    this.#leave = leave;
  }

  async next(): Promise<IteratorResult<Uint8Array<ArrayBuffer>, undefined>> {
    if (this.#there.length === 0) this.#there.push(...await this.#more());
    const value = this.#there.shift();
    return value === undefined ? { done: true, value } : { done: false, value };
  }

  async return(): Promise<{ readonly done: true; readonly value: undefined }> {
    await this.cancel();
    return { done: true, value: undefined };
  }

  cancel(): Promise<void> {
    this.#there.length = 0;
    this.#leave();
    return Promise.resolve();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** An answer that was read here. */
export class NearResponse implements HttpResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: HttpBody | null;

  constructor(status: number, headers: ReadonlyMap<string, string>, body: HttpBody | null) {
    this.status = status;
    this.headers = { get: (name) => headers.get(name.toLowerCase()) ?? null };
    this.body = body;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    for await (const piece of this.body ?? []) pieces.push(piece);
    return concat(pieces);
  }
}

function concat(pieces: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) return only;
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
