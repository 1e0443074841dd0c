/**
 * Bodies of HTTP/1.1 answers, cut out of what the connection delivers. Pure.
 *
 * @module
 */

import { MAX_CHUNK_LINE_BYTES, MAX_TRAILER_BYTES } from "./limits.ts";
import type { Framing } from "./head.ts";

/** Takes what comes and gives what is body of it. */
export interface BodyParser {
  /** Whether the body is whole. */
  readonly done: boolean;
  /** Whether the end of the connection is the end of the body. */
  readonly endsWithConnection: boolean;
  /** Whether more came than the body, so that nobody can tell what comes next. */
  readonly surplus: boolean;
  /**
   * The pieces of body in `bytes`.
   *
   * @throws TypeError, as `fetch` does, for what is malformed.
   */
  push(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[];
}

/** The parser for a framing. */
export function bodyParser(framing: Framing): BodyParser {
  if (framing.kind === "chunked") return new ChunkedParser();
  return new PlainParser(framing.kind === "none" ? 0 : framing.kind === "length" ? framing.length : Infinity);
}

class PlainParser implements BodyParser {
  surplus = false;
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  get done(): boolean {
    return this.#left === 0;
  }

  get endsWithConnection(): boolean {
    return this.#left === Infinity;
  }

  push(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
    const piece = bytes.subarray(0, this.#left);
    this.surplus ||= piece.length < bytes.length;
    this.#left -= piece.length;
    return piece.length === 0 ? [] : [piece];
  }
}

const LF = 0x0a;
const CHUNK_LINE = /^([\da-fA-F]{1,8})[ \t]*(?:;[^\r\n\0]*)?\r\n$/;

/** What of a chunked body comes next. */
type Expected = "size" | "data" | "data end" | "trailer" | "nothing";

class ChunkedParser implements BodyParser {
  readonly endsWithConnection = false;
  surplus = false;
  #expected: Expected = "size";
  /** Bytes of the chunk that have not come. */
  #left = 0;
  #line = "";
  #trailerBytes = 0;

  get done(): boolean {
    return this.#expected === "nothing";
  }

  push(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    for (let at = 0; at < bytes.length;) {
      if (this.#expected === "nothing") {
        this.surplus = true;
        break;
      }
      if (this.#expected === "data") {
        const piece = bytes.subarray(at, at + this.#left);
        pieces.push(piece);
        at += piece.length;
        this.#left -= piece.length;
        if (this.#left === 0) this.#expected = "data end";
        continue;
      }
      const end = bytes.indexOf(LF, at);
      const stop = end < 0 ? bytes.length : end + 1;
      for (; at < stop; at++) this.#line += String.fromCharCode(bytes[at]!);
      if (this.#line.length > MAX_CHUNK_LINE_BYTES) throw malformed();
      if (end >= 0) this.#take();
    }
    return pieces;
  }

  /** Takes a whole line. */
  #take(): void {
    const line = this.#line;
    this.#line = "";
    if (this.#expected === "trailer") {
      this.#trailerBytes += line.length;
      if (this.#trailerBytes > MAX_TRAILER_BYTES || !line.endsWith("\r\n")) throw malformed();
      if (line === "\r\n") this.#expected = "nothing";
      return;
    }
    if (this.#expected === "data end") {
      if (line !== "\r\n") throw malformed();
      this.#expected = "size";
      return;
    }
    const size = CHUNK_LINE.exec(line)?.[1];
    if (size === undefined) throw malformed();
    this.#left = parseInt(size, 16);
    this.#expected = this.#left === 0 ? "trailer" : "data";
  }
}

function malformed(): TypeError {
  return new TypeError("Server sent a malformed chunked answer");
}
