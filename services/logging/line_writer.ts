/**
 * Writes lines behind the back of whoever logs: a full disk, a pipe without reader or a slow one costs lines and never time.
 *
 * @module
 */

import { type Clock, delay, systemClock } from "../../base/clock.ts";
import { AppError } from "../../base/errors.ts";

/** What a {@link LineWriter} needs. */
export interface LineWriterOptions {
  /** Writes some of the bytes and resolves to how many. May reject. */
  readonly write: (bytes: Uint8Array<ArrayBuffer>) => Promise<number>;
  /** @default {MAX_WAITING_BYTES} */
  readonly maxBytes?: number;
  /** The machine's by default. */
  readonly clock?: Clock;
}

/** What may wait to be written, bytes: some thousand lines, a second of a server in trouble. */
export const MAX_WAITING_BYTES = 1024 * 1024;

/** Bytes that are written at once: what a pipe of Linux holds. */
const BATCH_BYTES = 64 * 1024;

/** How long the end waits for what is still to be written, milliseconds: a reader that lives takes it in a fraction. */
const FLUSH_MS = 1000;

/** Takes lines at once and writes them in their order. */
export class LineWriter implements AsyncDisposable {
  readonly #options: LineWriterOptions;
  #waiting: Uint8Array<ArrayBuffer>[] = [];
  #bytes = 0;
  #lost = 0;
  #writing: Promise<void> | undefined;

  constructor(options: LineWriterOptions) {
    this.#options = options;
  }

  /** Bytes that wait. */
  get waitingBytes(): number {
    return this.#bytes;
  }

  /**
   * Takes text that ends with a line end.
   *
   * @throws {AppError} `log_full` when too much waits; the text is not taken.
   */
  put(text: string): void {
    const { maxBytes = MAX_WAITING_BYTES } = this.#options;
    const bytes = new TextEncoder().encode(text);
    if (this.#bytes + bytes.byteLength > maxBytes) {
      throw new AppError(`Cannot log: ${this.#bytes} bytes wait to be written already`, { code: "log_full" });
    }
    this.#waiting.push(bytes);
    this.#bytes += bytes.byteLength;
    this.#writing ??= this.#write().finally(() => this.#writing = undefined);
  }

  /** How many lines were taken and could not be written since this was last asked. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  /** Waits until all is written, but not for long. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#writing === undefined) return;
    const over = new AbortController();
    const late = delay(this.#options.clock ?? systemClock(), FLUSH_MS, over.signal).catch(() => {});
    await Promise.race([this.#writing, late]);
    over.abort();
  }

  async #write(): Promise<void> {
    // The first lines of a burst go out together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#take();
      try {
        for (let at = 0; at < batch.byteLength;) at += await this.#options.write(batch.subarray(at));
      } catch {
        this.#lost += batch.filter((byte) => byte === NEWLINE).length;
      }
      this.#bytes -= batch.byteLength;
    }
  }

  #take(): Uint8Array<ArrayBuffer> {
    let size = 0;
    let count = 0;
    for (const { byteLength } of this.#waiting) {
      if (count > 0 && size + byteLength > BATCH_BYTES) break;
      size += byteLength;
      count++;
    }
    const batch = new Uint8Array(size);
    let at = 0;
    for (const bytes of this.#waiting.splice(0, count)) {
      batch.set(bytes, at);
      at += bytes.byteLength;
    }
    return batch;
  }
}

const NEWLINE = 10;
