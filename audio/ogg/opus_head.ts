/**
 * The two header packets of Ogg Opus (RFC 7845 section 5).
 *
 * @module
 */

import { AudioError } from "../errors.ts";

/** What the identification header says. */
export interface OpusHead {
  /** Channels: 1 or 2. */
  readonly channels: number;
  /** Samples at 48 kHz that a player drops at the start, because they hold only the encoder's start-up. */
  readonly preSkip: number;
  /** Rate of the sound before encoding, in Hz; 0 when unknown. Says nothing about decoding. */
  readonly inputSampleRate: number;
  /** Gain to be applied after decoding, in 1/256 dB. */
  readonly outputGain: number;
}

const HEAD_MAGIC = "OpusHead";
const TAGS_MAGIC = "OpusTags";
const HEAD_BYTES = 19;

/** Names of other codecs by the start of their first packet. */
const OTHER_CODECS: readonly (readonly [string, string])[] = [
  ["\x01vorbis", "Vorbis"],
  ["\x7fFLAC", "FLAC"],
  ["Speex   ", "Speex"],
  ["\x80theora", "Theora"],
];

/** Whether a packet is an identification header. */
export function isOpusHead(packet: Uint8Array): boolean {
  return startsWith(packet, HEAD_MAGIC);
}

/** Whether a packet, or the start of one, is a comment header. */
export function isOpusTags(packet: Uint8Array): boolean {
  return startsWith(packet, TAGS_MAGIC);
}

/** Name of the codec whose first packet this is, for an error text. */
export function codecName(packet: Uint8Array): string {
  return OTHER_CODECS.find(([magic]) => startsWith(packet, magic))?.[1] ?? "an unknown codec";
}

/**
 * Reads the identification header.
 *
 * @throws `AudioError` with code `ogg_malformed`, or `ogg_unsupported` for more than two channels or a later major version.
 */
export function decodeOpusHead(packet: Uint8Array): OpusHead {
  if (packet.length < HEAD_BYTES) {
    throw new AudioError(`OpusHead has ${packet.length} bytes; at least ${HEAD_BYTES} are needed`, { code: "ogg_malformed" });
  }
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const version = view.getUint8(8);
  const channels = view.getUint8(9);
  const family = view.getUint8(18);
  if (version > 15) throw new AudioError(`OpusHead has version ${version}; 1 to 15 are read`, { code: "ogg_unsupported" });
  if (channels === 0) throw new AudioError("OpusHead says 0 channels; 1 or 2 are needed", { code: "ogg_malformed" });
  // Only mapping family 0 makes each Ogg packet one Opus packet; others join several streams in it.
  if (family !== 0 || channels > 2) {
    throw new AudioError(`OpusHead says ${channels} channels in mapping family ${family}; 1 or 2 channels in family 0 are read`, {
      code: "ogg_unsupported",
    });
  }
  return {
    channels,
    preSkip: view.getUint16(10, true),
    inputSampleRate: view.getUint32(12, true),
    outputGain: view.getInt16(16, true),
  };
}

/** Writes the identification header. */
export function encodeOpusHead(head: OpusHead): Uint8Array<ArrayBuffer> {
  const packet = new Uint8Array(HEAD_BYTES);
  const view = new DataView(packet.buffer);
  packet.set(new TextEncoder().encode(HEAD_MAGIC));
  view.setUint8(8, 1);
  view.setUint8(9, head.channels);
  view.setUint16(10, head.preSkip, true);
  view.setUint32(12, head.inputSampleRate, true);
  view.setInt16(16, head.outputGain, true);
  return packet;
}

/** Writes a comment header without comments. */
export function encodeOpusTags(vendor: string): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(vendor);
  const packet = new Uint8Array(TAGS_MAGIC.length + 4 + name.length + 4);
  packet.set(new TextEncoder().encode(TAGS_MAGIC));
  new DataView(packet.buffer).setUint32(TAGS_MAGIC.length, name.length, true);
  packet.set(name, TAGS_MAGIC.length + 4);
  return packet;
}

function startsWith(packet: Uint8Array, magic: string): boolean {
  return packet.length >= magic.length && Array.from(magic).every((char, i) => packet[i] === char.charCodeAt(0));
}
