/**
 * The chunks of a RIFF/WAVE file up to its samples.
 *
 * @module
 */

import { AudioError } from "../errors.ts";

/** How samples lie in the data chunk. */
export interface WavFormat {
  /** Samples per second. */
  readonly sampleRate: number;
  /** Channels, interleaved. */
  readonly channels: number;
  /** Bytes of one sample of one channel: 1 to 4 for integers, 4 or 8 for floats. */
  readonly sampleBytes: number;
  /** Whether samples are IEEE floats instead of integers. */
  readonly float: boolean;
}

/** Where the samples are. */
export interface WavHeader {
  /** How samples lie. */
  readonly format: WavFormat;
  /** Offset of the first sample. */
  readonly dataOffset: number;
  /** Bytes of samples; `undefined` when the writer did not know it and they go on to the end. */
  readonly dataBytes: number | undefined;
}

const CHUNK_HEAD_BYTES = 8;
const RIFF_HEAD_BYTES = 12;
const PLAIN_FORMAT_BYTES = 16;
const EXTENSIBLE_FORMAT_BYTES = 40;

const FORMAT_PCM = 1;
const FORMAT_FLOAT = 3;
const FORMAT_EXTENSIBLE = 0xfffe;

/** Names of codings that are met in the wild and not read here. */
const OTHER_FORMATS: Readonly<Record<number, string>> = { 2: "ADPCM", 6: "A-law", 7: "mu-law", 17: "IMA ADPCM", 85: "MP3" };

/** The tail that makes a 2-byte format code a sub-format GUID (mmreg.h, KSDATAFORMAT_SUBTYPE_PCM and _IEEE_FLOAT). */
const SUBFORMAT_TAIL = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

/** Sizes from here on are placeholders of programs that write into a pipe; the largest real one would be 13 hours of 16 bit, 24 kHz. */
const PLACEHOLDER_SIZE = 0x7fff0000;

/**
 * Reads the header from the first bytes of a file.
 *
 * @returns `undefined` when `bytes` ends before the samples begin.
 * @throws `AudioError` with code `wav_malformed` or `wav_unsupported`.
 */
export function readWavHeader(bytes: Uint8Array): WavHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!startsLike(bytes, 0, "RIFF") || !startsLike(bytes, 8, "WAVE")) {
    throw malformed(`WAV begins with "${printable(bytes.subarray(0, RIFF_HEAD_BYTES))}"; "RIFF" and "WAVE" are needed`);
  }
  if (bytes.length < RIFF_HEAD_BYTES) return undefined;
  const riffSize = view.getUint32(4, true);
  let format: WavFormat | undefined;
  for (let offset = RIFF_HEAD_BYTES; offset + CHUNK_HEAD_BYTES <= bytes.length;) {
    const size = view.getUint32(offset + 4, true);
    const body = offset + CHUNK_HEAD_BYTES;
    if (startsLike(bytes, offset, "data")) {
      if (format === undefined) throw malformed("WAV has its data chunk before its fmt chunk; fmt must come first");
      return { format, dataOffset: body, dataBytes: isPlaceholder(size, riffSize, body) ? undefined : size };
    }
    if (startsLike(bytes, offset, "fmt ")) {
      if (body + size > bytes.length) return undefined;
      format = readFormat(new DataView(bytes.buffer, bytes.byteOffset + body, size));
    }
    // Chunks begin at even offsets; an odd size is followed by one byte of padding.
    offset = body + size + (size & 1);
  }
  return undefined;
}

/**
 * A writer that cannot seek leaves 0 or a huge size behind. A size of 0 with a RIFF that goes on after the chunk is really no sound.
 */
function isPlaceholder(size: number, riffSize: number, body: number): boolean {
  if (size >= PLACEHOLDER_SIZE) return true;
  return size === 0 && (riffSize >= PLACEHOLDER_SIZE || riffSize + CHUNK_HEAD_BYTES <= body);
}

function readFormat(chunk: DataView): WavFormat {
  if (chunk.byteLength < PLAIN_FORMAT_BYTES) throw malformed(`WAV has a fmt chunk of ${chunk.byteLength} bytes; at least 16 are needed`);
  const channels = chunk.getUint16(2, true);
  const sampleRate = chunk.getUint32(4, true);
  const blockBytes = chunk.getUint16(12, true);
  const bits = chunk.getUint16(14, true);
  const code = formatCode(chunk);
  const float = code === FORMAT_FLOAT;
  if (code !== FORMAT_PCM && !float) {
    throw unsupported(`WAV is coded as ${OTHER_FORMATS[code] ?? `format ${code}`}; PCM or IEEE float is needed`);
  }
  if (!(float ? [32, 64] : [8, 16, 24, 32]).includes(bits)) {
    throw unsupported(
      `WAV has ${bits} bit ${float ? "float" : "integer"} samples; 8, 16, 24, 32 bit integers or 32, 64 bit floats are read`,
    );
  }
  const sampleBytes = bits / 8;
  if (channels === 0 || sampleRate === 0 || blockBytes !== channels * sampleBytes) {
    throw malformed(
      `WAV says ${channels} channels, ${sampleRate} Hz, ${blockBytes} bytes a frame of ${bits} bit; these do not fit together`,
    );
  }
  return { sampleRate, channels, sampleBytes, float };
}

function formatCode(chunk: DataView): number {
  const code = chunk.getUint16(0, true);
  if (code !== FORMAT_EXTENSIBLE) return code;
  if (chunk.byteLength < EXTENSIBLE_FORMAT_BYTES) {
    throw malformed(`WAV has an extensible fmt chunk of ${chunk.byteLength} bytes; at least 40 are needed`);
  }
  if (SUBFORMAT_TAIL.some((byte, i) => chunk.getUint8(26 + i) !== byte)) {
    throw unsupported("WAV has a sub-format of its own; PCM or IEEE float is needed");
  }
  return chunk.getUint16(24, true);
}

/** Whether `bytes` has `word` at `offset`, as far as it goes. */
function startsLike(bytes: Uint8Array, offset: number, word: string): boolean {
  for (let i = 0; i < word.length && offset + i < bytes.length; i++) {
    if (bytes[offset + i] !== word.charCodeAt(i)) return false;
  }
  return true;
}

function printable(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".").join("");
}

function malformed(message: string): AudioError {
  return new AudioError(message, { code: "wav_malformed" });
}

function unsupported(message: string): AudioError {
  return new AudioError(message, { code: "wav_unsupported" });
}
