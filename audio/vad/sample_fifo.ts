/**
 * Samples in the order they came, taken out in windows.
 *
 * @module
 */

/** A first-in, first-out store of samples that joins pieces of any size. */
export class SampleFifo {
  #pieces: Int16Array[] = [];
  /** Samples of the first piece that were read already. */
  #offset = 0;
  #length = 0;

  /** Samples waiting. */
  get length(): number {
    return this.#length;
  }

  /** Takes a piece in. The piece is kept, not copied: the caller must not change it. */
  push(samples: Int16Array): void {
    if (samples.length === 0) return;
    this.#pieces.push(samples);
    this.#length += samples.length;
  }

  /**
   * Moves the next `count` samples into `target` at `at`.
   *
   * @returns False, with nothing moved, when fewer are waiting.
   */
  read(target: Int16Array | Float32Array, at: number, count: number): boolean {
    if (count > this.#length) return false;
    for (let done = 0; done < count;) {
      const piece = this.#pieces[0];
      if (piece === undefined) return false;
      const part = piece.subarray(this.#offset, this.#offset + count - done);
      target.set(part, at + done);
      done += part.length;
      this.#offset += part.length;
      if (this.#offset === piece.length) {
        this.#pieces.shift();
        this.#offset = 0;
      }
    }
    this.#length -= count;
    return true;
  }

  /** Forgets everything. */
  clear(): void {
    this.#pieces = [];
    this.#offset = 0;
    this.#length = 0;
  }
}
