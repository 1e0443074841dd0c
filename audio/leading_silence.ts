/**
 * How long speech is silent before it begins. Synthesisers send up to some hundred milliseconds of it, which the device plays as it plays
 * words: the person waits for the end of it, not for the first byte.
 *
 * @module
 */

/** Loudest sample of what is no speech yet: 40 dB below full scale, above the noise of synthesisers and below the softest consonant. */
const SILENT_PEAK = 328;

/** Longest silence that is measured, milliseconds: what is silent for longer is a fault of the synthesiser, and not a delay. */
export const MAX_LEADING_SILENCE_MS = 2000;

/** Measures the silence at the start of one stretch of audio, piece by piece. */
export class LeadingSilence {
  #silentMs = 0;
  #over = false;

  /** Whether nothing more is to be learned from the audio. */
  get over(): boolean {
    return this.#over;
  }

  /** Takes the next samples, mono. Gives the length of the silence in milliseconds once it has ended; undefined else, also afterwards. */
  push(samples: Int16Array, sampleRate: number): number | undefined {
    if (this.#over) return undefined;
    for (let index = 0; index < samples.length; index++) {
      if (Math.abs(samples[index]!) <= SILENT_PEAK) continue;
      this.#over = true;
      return this.#silentMs + index * 1000 / sampleRate;
    }
    this.#silentMs += samples.length * 1000 / sampleRate;
    this.#over = this.#silentMs >= MAX_LEADING_SILENCE_MS;
    return undefined;
  }
}
