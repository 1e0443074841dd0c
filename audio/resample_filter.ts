/**
 * The filters of a change of sample rate: a sinc under a Kaiser window, one set of taps for each place that an output can have between two
 * inputs (Smith, "Digital Audio Resampling", https://ccrma.stanford.edu/~jos/resample/).
 *
 * @module
 */

/** Zero crossings of the sinc on each side. 32 let speech through to 0.83 of the lower Nyquist frequency. */
const HALF_WIDTH = 32;

/** Kaiser's beta for 90 dB of stop band attenuation: below the noise of 16 bit samples at speech level. */
const KAISER_BETA = 8.96;

/** Middle of the transition band as a part of the lower Nyquist frequency; with this width and beta the stop band begins at 1.0. */
const CUTOFF = 0.91;

/** Inputs after an output that it depends on: so many more are needed before the output is there. None where the rates are equal. */
export function resampleLookAhead(from: number, to: number): number {
  return from === to ? 0 : Math.ceil(HALF_WIDTH * Math.max(1, from / to));
}

/** The filter between two rates that have no common divisor. It holds no samples, so any number of streams may share it. */
export class ResampleFilter {
  /** Inputs on each side of an output that count. */
  readonly half: number;
  readonly #to: number;
  readonly #cutoff: number;
  readonly #phases: (Float32Array | undefined)[];

  constructor(from: number, to: number) {
    const widening = Math.max(1, from / to);
    this.half = Math.ceil(HALF_WIDTH * widening);
    this.#to = to;
    this.#cutoff = CUTOFF / widening;
    this.#phases = new Array(to);
  }

  /** The taps for outputs that lie `phase` / `to` after an input; made when first needed, because some ratios have thousands. */
  taps(phase: number): Float32Array {
    return this.#phases[phase] ??= this.#design(phase / this.#to);
  }

  #design(offset: number): Float32Array {
    const taps = new Float32Array(2 * this.half);
    let sum = 0;
    for (let tap = 0; tap < taps.length; tap++) {
      const distance = tap - this.half + 1 - offset;
      const value = sinc(distance * this.#cutoff) * kaiser(distance / this.half);
      taps[tap] = value;
      sum += value;
    }
    // Each phase passes a constant unchanged; otherwise the phases' different sums would be heard as a tone.
    for (let tap = 0; tap < taps.length; tap++) taps[tap]! /= sum;
    return taps;
  }
}

/** Pairs of rates whose filters are kept: a server has a handful of voices, and the filter of odd rates takes megabytes. */
const MAX_KEPT = 4;

/**
 * The filters in use. Designing one takes 5 ms between rates such as 22,050 and 24,000, which every sentence would wait for; so streams that
 * come one after the other share it.
 */
export class ResampleFilters {
  readonly #kept = new Map<string, ResampleFilter>();

  /** The filter between two rates that have no common divisor. */
  between(from: number, to: number): ResampleFilter {
    const key = `${from}:${to}`;
    const filter = this.#kept.get(key) ?? new ResampleFilter(from, to);
    this.#kept.delete(key);
    this.#kept.set(key, filter);
    const oldest = this.#kept.keys().next().value;
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return filter;
  }
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function kaiser(x: number): number {
  return Math.abs(x) > 1 ? 0 : bessel0(KAISER_BETA * Math.sqrt(1 - x * x));
}

/** The modified Bessel function of order zero, by its power series. */
function bessel0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
