/**
 * WAV files and streams in and out.
 *
 * @module
 */

import { AudioError } from "./errors.ts";
import type { Pcm } from "./types.ts";
import { readWavHeader, type WavHeader } from "./wav/header.ts";
import { join, WavSamples } from "./wav/samples.ts";

/** Longest stretch before the samples: tags and cover art stay below, endless junk does not. */
const MAX_HEADER_BYTES = 1 << 20;

/** Bytes of the header that {@link encodeWav} writes. */
const HEADER_BYTES = 44;

/** Whether this machine keeps the low byte of a number first, as WAV does. */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** PCM that arrives bit by bit. */
export interface PcmStream {
  /** Samples per second. */
  readonly sampleRate: number;
  /** Mono pieces of any length. To be iterated once; leaving the loop closes the source. */
  readonly chunks: AsyncIterable<Int16Array<ArrayBuffer>>;
}

/**
 * Decodes a WAV file: PCM of 8, 16, 24 or 32 bit or float, any number of channels, averaged to one. A file that ends early gives what is
 * there.
 *
 * @throws `AudioError` with code `wav_malformed` or `wav_unsupported`.
 */
export function decodeWav(bytes: Uint8Array): Pcm {
  const header = readWavHeader(bytes);
  if (header === undefined) throw noData(bytes.length);
  const end = header.dataBytes === undefined ? bytes.length : header.dataOffset + header.dataBytes;
  return { sampleRate: header.format.sampleRate, samples: new WavSamples(header.format).push(bytes.subarray(header.dataOffset, end)) };
}

/**
 * Decodes a WAV while it arrives; resolves when its header is there.
 *
 * @throws `AudioError` as {@link decodeWav} does, and what the source throws.
 */
export async function readWav(source: AsyncIterable<Uint8Array>): Promise<PcmStream> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    let head: Uint8Array = new Uint8Array();
    for (;;) {
      const header = readWavHeader(head);
      if (header !== undefined) {
        return { sampleRate: header.format.sampleRate, chunks: samplesOf(header, head.subarray(header.dataOffset), iterator) };
      }
      const next = head.length > MAX_HEADER_BYTES ? { done: true as const } : await iterator.next();
      if (next.done) throw noData(head.length);
      head = join(head, next.value);
    }
  } catch (error) {
    await iterator.return?.();
    throw error;
  }
}

/** A WAV file of 16 bit mono PCM. */
export function encodeWav(pcm: Pcm): Uint8Array<ArrayBuffer> {
  const dataBytes = pcm.samples.length * 2;
  const bytes = new Uint8Array(HEADER_BYTES + dataBytes);
  const view = new DataView(bytes.buffer);
  const word = (offset: number, text: string) => bytes.set(new TextEncoder().encode(text), offset);
  word(0, "RIFF");
  view.setUint32(4, HEADER_BYTES - 8 + dataBytes, true);
  word(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, pcm.sampleRate, true);
  view.setUint32(28, pcm.sampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, "data");
  view.setUint32(40, dataBytes, true);
  // Bytes are copied as they are where the machine keeps them in WAV's order, which is everywhere: sample by sample takes a hundred times longer.
  if (IS_LITTLE_ENDIAN) bytes.set(new Uint8Array(pcm.samples.buffer, pcm.samples.byteOffset, dataBytes), HEADER_BYTES);
  else pcm.samples.forEach((sample, i) => view.setInt16(HEADER_BYTES + i * 2, sample, true));
  return bytes;
}

async function* samplesOf(
  header: WavHeader,
  first: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Int16Array<ArrayBuffer>, void, void> {
  const samples = new WavSamples(header.format);
  let left = header.dataBytes ?? Infinity;
  try {
    for (let piece: Uint8Array | undefined = first; piece !== undefined && left > 0;) {
      const data = piece.subarray(0, Math.min(left, piece.length));
      left -= data.length;
      const pcm = samples.push(data);
      if (pcm.length > 0) yield pcm;
      if (left === 0) return;
      const next = await iterator.next();
      piece = next.done ? undefined : next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

function noData(length: number): AudioError {
  return new AudioError(`WAV has no data chunk in its first ${length} bytes; the file is cut off or no WAV`, { code: "wav_malformed" });
}
