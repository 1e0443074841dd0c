/**
 * Change of sample rate by a polyphase FIR filter.
 *
 * @module
 */

import { AudioError } from "./errors.ts";
import { type ResampleFilter, ResampleFilters } from "./resample_filter.ts";
import type { Pcm } from "./types.ts";

/** Highest rate taken: studio rates are below, and the filter's length is bound by the ratio of the two. */
const MAX_RATE = 384000;

/**
 * Resamples one stream of mono samples. Output k lies at the instant k / `toRate` of the input, without delay or loss: `n` samples in give
 * `ceil(n * toRate / fromRate)` out after {@link Resampler.flush}, whatever the pieces were.
 */
export class Resampler {
  readonly #from: number;
  readonly #to: number;
  readonly #half: number;
  readonly #filter: ResampleFilter;
  /** Input that outputs still need; its first sample has the index `#start` of the stream. */
  #buffer: Float32Array;
  #length: number;
  #start: number;
  /** The next output lies at input index `#index` + `#phase` / `#to`. */
  #index: number;
  #phase: number;
  #pushed: number;

  /**
   * @param filters Shared with streams before and beside this one.
   * @throws `AudioError` with code `resample_unsupported` for rates that are not whole numbers of 1 to 384,000.
   */
  constructor(fromRate: number, toRate: number, filters: ResampleFilters = new ResampleFilters()) {
    for (const rate of [fromRate, toRate]) {
      if (!Number.isInteger(rate) || rate < 1 || rate > MAX_RATE) {
        throw new AudioError(`Sample rate ${rate} cannot be resampled; a whole number of 1 to ${MAX_RATE} is needed`, {
          code: "resample_unsupported",
        });
      }
    }
    const divisor = gcd(fromRate, toRate);
    this.#from = fromRate / divisor;
    this.#to = toRate / divisor;
    this.#filter = filters.between(this.#from, this.#to);
    this.#half = this.#filter.half;
    this.#buffer = new Float32Array(4 * this.#half);
    this.#length = this.#half - 1;
    this.#start = 1 - this.#half;
    this.#index = this.#phase = this.#pushed = 0;
  }

  /** Takes the next samples; gives all outputs that they complete, perhaps none. */
  push(samples: Int16Array): Int16Array<ArrayBuffer> {
    if (this.#from === this.#to) return samples.slice() as Int16Array<ArrayBuffer>;
    this.#pushed += samples.length;
    this.#append(samples);
    return this.#produce(this.#start + this.#length - this.#half);
  }

  /** The outputs that were waiting for more input. Afterwards the resampler is as new. */
  flush(): Int16Array<ArrayBuffer> {
    if (this.#from === this.#to) return new Int16Array();
    const end = this.#pushed;
    this.#append(new Int16Array(this.#half));
    const rest = this.#produce(end);
    this.#length = this.#half - 1;
    this.#buffer.fill(0, 0, this.#length);
    this.#start = 1 - this.#half;
    this.#index = this.#phase = this.#pushed = 0;
    return rest;
  }

  #append(samples: Int16Array): void {
    const needed = this.#length + samples.length;
    if (needed > this.#buffer.length) {
      const larger = new Float32Array(Math.max(needed, 2 * this.#buffer.length));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(samples, this.#length);
    this.#length = needed;
  }

  /** All outputs whose input index is below `end`. */
  #produce(end: number): Int16Array<ArrayBuffer> {
    const count = Math.max(0, Math.ceil(((end - this.#index) * this.#to - this.#phase) / this.#from));
    const output = new Int16Array(count);
    const buffer = this.#buffer;
    for (let k = 0; k < count; k++) {
      const taps = this.#filter.taps(this.#phase);
      const first = this.#index - this.#half + 1 - this.#start;
      let sum = 0;
      for (let tap = 0; tap < taps.length; tap++) sum += taps[tap]! * buffer[first + tap]!;
      output[k] = Math.max(-32768, Math.min(32767, Math.round(sum)));
      this.#phase += this.#from;
      this.#index += Math.floor(this.#phase / this.#to);
      this.#phase %= this.#to;
    }
    const spent = Math.min(this.#index - this.#half + 1 - this.#start, this.#length);
    if (spent > 0) {
      buffer.copyWithin(0, spent, this.#length);
      this.#length -= spent;
      this.#start += spent;
    }
    return output;
  }
}

/** A whole recording at another rate. */
export function resample(pcm: Pcm, sampleRate: number): Pcm {
  const resampler = new Resampler(pcm.sampleRate, sampleRate);
  const head = resampler.push(pcm.samples);
  const tail = resampler.flush();
  const samples = new Int16Array(head.length + tail.length);
  samples.set(head);
  samples.set(tail, head.length);
  return { sampleRate, samples };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
