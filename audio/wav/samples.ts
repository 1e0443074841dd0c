/**
 * Samples of a WAV data chunk to mono, signed 16 bit.
 *
 * @module
 */

import type { WavFormat } from "./header.ts";

/** Full scale of a signed 16 bit sample. */
const FULL_SCALE = 32768;

/** Converts a data chunk that comes in pieces of any length; a frame cut by a piece's end waits for the next piece. */
export class WavSamples {
  readonly #frameBytes: number;
  readonly #channels: number;
  readonly #sampleBytes: number;
  readonly #read: (view: DataView, offset: number) => number;
  #rest: Uint8Array = new Uint8Array();

  constructor(format: WavFormat) {
    this.#channels = format.channels;
    this.#sampleBytes = format.sampleBytes;
    this.#frameBytes = format.channels * format.sampleBytes;
    this.#read = reader(format);
  }

  /** The samples of the next piece, channels averaged. */
  push(piece: Uint8Array): Int16Array<ArrayBuffer> {
    const bytes = join(this.#rest, piece);
    const frames = Math.floor(bytes.length / this.#frameBytes);
    this.#rest = bytes.slice(frames * this.#frameBytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const samples = new Int16Array(frames);
    let offset = 0;
    for (let frame = 0; frame < frames; frame++) {
      let sum = 0;
      for (let channel = 0; channel < this.#channels; channel++, offset += this.#sampleBytes) sum += this.#read(view, offset);
      samples[frame] = toInt16(sum / this.#channels);
    }
    return samples;
  }
}

/** Two stretches of bytes as one; copies only when it must. */
export function join(head: Uint8Array, tail: Uint8Array): Uint8Array {
  if (head.length === 0) return tail;
  const joined = new Uint8Array(head.length + tail.length);
  joined.set(head);
  joined.set(tail, head.length);
  return joined;
}

/** Reads one sample, scaled so that full scale is 32768. */
function reader({ float, sampleBytes }: WavFormat): (view: DataView, offset: number) => number {
  if (float && sampleBytes === 8) return (view, offset) => view.getFloat64(offset, true) * FULL_SCALE;
  if (float) return (view, offset) => view.getFloat32(offset, true) * FULL_SCALE;
  switch (sampleBytes) {
    case 1: // 8 bit WAV is unsigned, all wider ones are signed.
      return (view, offset) => (view.getUint8(offset) - 128) * 256;
    case 2:
      return (view, offset) => view.getInt16(offset, true);
    case 3:
      return (view, offset) => view.getInt16(offset + 1, true) + view.getUint8(offset) / 256;
    default:
      return (view, offset) => view.getInt32(offset, true) / 65536;
  }
}

/** Rounds, and clips what is too loud; NaN of a float file becomes silence. */
function toInt16(value: number): number {
  return Math.max(-FULL_SCALE, Math.min(FULL_SCALE - 1, Math.round(value))) || 0;
}
