/**
 * The uplink's audio on its way through the VAD. Silence that the device did not encode skips the VAD, so positions in the VAD and
 * positions on the timeline differ; this puts both kinds back in one order.
 *
 * @module
 */

import type { VadEngine, VadStream } from "../vad/engine.ts";

/** What comes out, in order of position and without gaps. */
export interface VadFeedListener {
  /** The stretch from the end of the one before to `end` is speech with this probability. */
  window(start: number, end: number, probability: number): void;
  /** Everything taken so far was reported, the last part of a window excepted. */
  idle(): void;
  /** The VAD failed; nothing more comes. */
  failed(error: unknown): void;
}

interface Entry {
  /** Position on the timeline after the entry. */
  readonly end: number;
  /** Samples pushed into the VAD up to the end of the entry. */
  readonly vadEnd: number;
  readonly silence: boolean;
}

/** One stream's way through the VAD. The VAD's stream is opened when the first samples come. */
export class VadFeed implements Disposable {
  readonly #engine: VadEngine;
  readonly #listener: VadFeedListener;
  readonly #entries: Entry[] = [];
  #stream: VadStream | undefined;
  #written = 0;
  #reported = 0;
  #vadWritten = 0;
  #vadReported = 0;
  #open = true;

  constructor(engine: VadEngine, listener: VadFeedListener) {
    this.#engine = engine;
    this.#listener = listener;
  }

  /** Position up to which windows were reported. */
  get reported(): number {
    return this.#reported;
  }

  /** Samples that wait for the VAD. A part of a window at the end does not count: it waits for more audio, not for the VAD. */
  get lag(): number {
    return this.#entries.length === 0 ? 0 : this.#written - this.#reported;
  }

  /** Takes samples. */
  samples(samples: Int16Array<ArrayBuffer>): void {
    if (!this.#open) return;
    this.#written += samples.length;
    this.#vadWritten += samples.length;
    this.#entries.push({ end: this.#written, vadEnd: this.#vadWritten, silence: false });
    this.#settle();
    try {
      this.#stream ??= this.#engine.open((window) => this.#window(window.endSample, window.probability), (error) => this.#fail(error));
      this.#stream.push(samples);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Takes silence, which is reported with probability 0 after all that came before it. */
  silence(length: number): void {
    if (!this.#open) return;
    this.#written += length;
    this.#entries.push({ end: this.#written, vadEnd: this.#vadWritten, silence: true });
    this.#settle();
  }

  [Symbol.dispose](): void {
    this.#open = false;
    this.#entries.length = 0;
    this.#stream?.[Symbol.dispose]();
    this.#stream = undefined;
  }

  #window(vadEnd: number, probability: number): void {
    if (!this.#open || vadEnd <= this.#vadReported || vadEnd > this.#vadWritten) return;
    this.#vadReported = vadEnd;
    const entry = this.#entries.find((entry) => !entry.silence && entry.vadEnd >= vadEnd);
    if (entry !== undefined) this.#report(entry.end - (entry.vadEnd - vadEnd), probability);
    this.#settle();
    if (this.#open && this.#entries.length === 0) this.#listener.idle();
  }

  /** Reports silence that no whole window stands before any more, and forgets entries that are done with. */
  #settle(): void {
    for (
      let entry = this.#entries[0];
      entry !== undefined && this.#windowsUpTo(entry.vadEnd) <= this.#vadReported;
      entry = this.#entries[0]
    ) {
      this.#entries.shift();
      if (entry.silence) this.#report(entry.end, 0);
    }
  }

  /** A window may end before silence that was reported already, when its first part came before that silence. */
  #report(end: number, probability: number): void {
    if (!this.#open || end <= this.#reported) return;
    const start = this.#reported;
    this.#reported = end;
    this.#listener.window(start, end, probability);
  }

  #windowsUpTo(vadPosition: number): number {
    return vadPosition - (vadPosition % this.#engine.windowSamples);
  }

  #fail(error: unknown): void {
    if (!this.#open) return;
    this[Symbol.dispose]();
    this.#listener.failed(error);
  }
}
