/**
 * Bytes that come in pieces of any length and are taken in pieces of other lengths.
 *
 * @module
 */

/** Smallest buffer: holds an Ogg page of ordinary size without growing. */
const MIN_BYTES = 4096;

/** A first-in, first-out queue of bytes. Each byte is copied a bounded number of times, however small the pieces are. */
export class ByteQueue {
  #bytes = new Uint8Array(MIN_BYTES);
  #start = 0;
  #end = 0;

  /** Number of bytes in the queue. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** All bytes, without taking them. Valid until the next call of another method. */
  get view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** Adds bytes at the end. */
  push(piece: Uint8Array): void {
    if (this.#end + piece.length > this.#bytes.length) {
      const needed = this.length + piece.length;
      // Twice the need, so that moving the content is paid for by as many bytes pushed.
      const target = 2 * needed > this.#bytes.length ? new Uint8Array(2 * needed) : this.#bytes;
      target.set(this.view);
      this.#bytes = target;
      this.#end -= this.#start;
      this.#start = 0;
    }
    this.#bytes.set(piece, this.#end);
    this.#end += piece.length;
  }

  /** Removes `length` bytes from the front and returns a copy of them. */
  take(length: number): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(this.#start, Math.min(this.#end, this.#start + length));
    this.#start += taken.length;
    return taken;
  }
}
