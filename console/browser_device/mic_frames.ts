/**
 * From the microphone's samples to the frames of the protocol: 60 ms of 16 kHz mono. Pure, so that it runs on the thread of sound and in tests.
 *
 * @module
 */

import { Resampler } from "../../audio/resample.ts";
import { FRAME_SAMPLES, UPLINK_RATE } from "./format.ts";

/** Samples that pass through the resampler at once: what comes in pieces of 128 would spend more on arrays than on filters. */
const BATCH_MS = 10;

/** Cuts a stream of samples of any rate into frames. */
export class MicFrames {
  readonly #resampler: Resampler;
  readonly #batch: Int16Array<ArrayBuffer>;
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  #batched = 0;
  #filled = 0;

  /**
   * @param rate Samples per second of what comes.
   * @throws `AudioError` for a rate that cannot be resampled.
   */
  constructor(rate: number) {
    this.#resampler = new Resampler(rate, UPLINK_RATE);
    this.#batch = new Int16Array(Math.max(1, Math.round((rate * BATCH_MS) / 1000)));
  }

  /** Takes samples of -1 to 1; gives each frame that they complete to `take`, which owns it. */
  push(samples: Float32Array, take: (frame: Int16Array<ArrayBuffer>) => void): void {
    for (const sample of samples) {
      this.#batch[this.#batched++] = Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768)));
      if (this.#batched < this.#batch.length) continue;
      this.#batched = 0;
      this.#cut(this.#resampler.push(this.#batch), take);
    }
  }

  #cut(samples: Int16Array, take: (frame: Int16Array<ArrayBuffer>) => void): void {
    for (let at = 0; at < samples.length;) {
      const part = samples.subarray(at, at + FRAME_SAMPLES - this.#filled);
      this.#frame.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < FRAME_SAMPLES) continue;
      this.#filled = 0;
      take(this.#frame.slice());
    }
  }
}

/** How loud samples of 16 bits are: their root mean square, 0 to 1 of full scale. */
export function loudness(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / Math.max(1, samples.length)) / 32_768;
}
