/**
 * One connection to a near server: one request and its answer after the other.
 *
 * @module
 */

import { type BodyParser, bodyParser } from "./body.ts";
import { type Head, parseHead } from "./head.ts";
import { type HttpResponse, NearBody, NearResponse } from "./response.ts";
import { MAX_HEAD_BYTES, READ_BYTES } from "./limits.ts";

/** What a connection is made over. */
export type NearConn = Pick<Deno.Conn, "read" | "write" | "close">;

type Bytes = Uint8Array<ArrayBuffer>;

/** Heads are ASCII; what is not is of no use to anybody. */
const DECODER = new TextDecoder();

const CR = 0x0d;
const LF = 0x0a;

/** Cuts answers out of what a connection delivers. */
export class NearConnection {
  readonly #conn: NearConn;
  readonly #chunk = new Uint8Array(READ_BYTES);
  /** A read whose outcome nobody has taken. */
  #reading: Promise<Bytes | undefined> | undefined;
  #closed = false;

  constructor(conn: NearConn) {
    this.#conn = conn;
  }

  /** Has it wait for the next request. When the server closes it meanwhile, or speaks without being asked, it is closed and `lost` called. */
  rest(lost: () => void): void {
    const reading = this.#reading ??= this.#readOnce();
    const came = () => {
      // What comes after a request is its answer.
      if (this.#reading !== reading) return;
      this.close();
      lost();
    };
    reading.then(came, came);
  }

  /**
   * Sends a request; resolves with the answer once its head is there. `over` is called when all of it is there and another request may be
   * sent; where none may, the connection is closed.
   *
   * @throws The signal's reason; TypeError, as `fetch` does, when the server does not answer, or not in HTTP/1.1.
   */
  async ask(request: Bytes, signal: AbortSignal, over: () => void): Promise<HttpResponse> {
    const close = () => this.close();
    signal.addEventListener("abort", close, { once: true });
    const failed = (error: unknown) => {
      signal.removeEventListener("abort", close);
      this.close();
      return signal.aborted ? signal.reason : error instanceof TypeError ? error : new TypeError("Connection broke", { cause: error });
    };
    try {
      // A server may answer before it has read everything, and refuse the rest.
      const writing = this.#write(request);
      const written = writing.then(() => true, () => false);
      const { head, rest } = await this.#head(written);
      const parser = bodyParser(head.framing);
      const ended = async () => {
        signal.removeEventListener("abort", close);
        if (head.reusable && !parser.surplus && await written) over();
        else this.close();
      };
      const there = parser.push(rest);
      if (parser.done) void ended();
      const more = async () => {
        if (parser.done) return [];
        try {
          const pieces = await this.#pieces(parser);
          if (parser.done || pieces.length === 0) await ended();
          return pieces;
        } catch (error) {
          throw failed(error);
        }
      };
      const leave = () => void (parser.done || failed(undefined));
      const { status, headers, framing } = head;
      return new NearResponse(status, headers, framing.kind === "none" ? null : new NearBody(there, more, leave));
    } catch (error) {
      throw failed(error);
    }
  }

  /** Closes it. A call under way fails. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
  }

  /** The next of a body; nothing at an end that only the connection tells. */
  async #pieces(parser: BodyParser): Promise<Bytes[]> {
    for (;;) {
      const bytes = await this.#read();
      if (bytes === undefined && parser.endsWithConnection) return [];
      if (bytes === undefined) throw new TypeError("Connection closed before the answer was whole");
      const pieces = parser.push(bytes);
      if (pieces.length > 0 || parser.done) return pieces;
    }
  }

  async #head(written: Promise<boolean>): Promise<{ readonly head: Head; readonly rest: Bytes }> {
    let bytes: Bytes = new Uint8Array();
    for (;;) {
      const more = await this.#read();
      if (more === undefined) {
        throw new TypeError(`Connection closed before ${await written ? "an answer came" : "the request was sent"}`);
      }
      bytes = bytes.length === 0 ? more : joined(bytes, more);
      for (let at = headEnd(bytes); at !== undefined; at = headEnd(bytes)) {
        const head = parseHead(DECODER.decode(bytes.subarray(0, at.end)));
        bytes = bytes.subarray(at.next);
        if (head.status === 101) throw new TypeError("Server switches to a protocol that nobody asked for");
        // Interim answers come before the one that counts.
        if (head.status >= 200) return { head, rest: bytes };
      }
      if (bytes.length > MAX_HEAD_BYTES) throw new TypeError(`Head of the answer is longer than the ${MAX_HEAD_BYTES} bytes allowed`);
    }
  }

  /** What comes next; undefined at the end. */
  #read(): Promise<Bytes | undefined> {
    const reading = this.#reading ?? this.#readOnce();
    this.#reading = undefined;
    return reading;
  }

  async #readOnce(): Promise<Bytes | undefined> {
    const count = await this.#conn.read(this.#chunk);
    return count === null ? undefined : this.#chunk.slice(0, count);
  }

  async #write(bytes: Bytes): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
  }
}

/** Where a head ends and what follows it begins; undefined where its end has not come. Lines may end without CR (RFC 9112 section 2.2). */
function headEnd(bytes: Bytes): { readonly end: number; readonly next: number } | undefined {
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return { end: at, next: at + 2 };
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return { end: at, next: at + 3 };
  }
  return undefined;
}

function joined(first: Bytes, second: Bytes): Bytes {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
