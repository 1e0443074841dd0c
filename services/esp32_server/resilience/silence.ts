/**
 * Tells sound from digital silence, as far as one must to know that a synthesiser says nothing.
 *
 * @module
 */

import type { OpusCodec, OpusDecoder } from "../../../audio/opus/codec.ts";
import { splitFrames } from "../../../audio/opus/packet_frames.ts";
import { packetDurationMs } from "../../../audio/toc.ts";

/** Samples up to this are silence: dither and the rounding of codecs stay below, the quietest breath does not (-72 dB). */
const SILENCE_PEAK = 8;

/** Opus frames up to this length hold no sound: a decoder conceals them (RFC 6716 section 3.2.1 and DTX). */
const EMPTY_FRAME_BYTES = 1;

/** Longest Opus frame that a codec makes of zeros. */
const ZEROS_FRAME_BYTES = 2;

/** Rate to which packets are decoded for listening: wide enough for speech, half the work of the full rate. */
const LISTEN_RATE = 16_000;

/**
 * How much that was passed on unheard is listened to in one go: enough that the first frames have left by then, little enough that decoding
 * it holds up nobody.
 */
const LATER_MS = 500;

/** Listens to the pieces of one sound, in order. */
export interface Ear<T> extends Disposable {
  /** Whether the piece can be heard. */
  hears(piece: T): boolean;
}

/** What the pieces of a sound are. */
export interface Sound<T> {
  /** Length of a piece in milliseconds. */
  durationMs(piece: T): number;
  /** How much there is of a piece. */
  size(piece: T): number;
  /** Milliseconds that may be passed on before they are listened to. */
  readonly laterMs: number;
  /** Something to listen with. */
  ear(): Promise<Ear<T>>;
  /** Tells by looks, at no cost, what cannot be heard for certain. */
  readonly glance: Ear<T>;
}

/** PCM. It is listened to at once, which costs next to nothing: whoever encodes it takes it away. */
export function pcmSound(sampleRate: number): Sound<Int16Array<ArrayBuffer>> {
  return {
    durationMs: (samples) => (samples.length * 1000) / sampleRate,
    size: ({ length }) => length,
    laterMs: 0,
    ear: () => Promise.resolve(LOUD),
    glance: LOUD,
  };
}

/** Opus packets. Without a codec every packet that is not DTX counts as sound. */
export function opusSound(load: (() => Promise<OpusCodec>) | undefined): Sound<Uint8Array<ArrayBuffer>> {
  return {
    durationMs: packetDurationMs,
    size: ({ length }) => length,
    laterMs: LATER_MS,
    ear: async () => {
      const decoder: OpusDecoder | undefined = load === undefined ? undefined : await (await load()).decoder(LISTEN_RATE);
      return {
        hears: (packet) => longestFrame(packet) > EMPTY_FRAME_BYTES && (decoder === undefined || isLoud(decoder.decode(packet))),
        [Symbol.dispose]: () => decoder?.[Symbol.dispose](),
      };
    },
    glance: { hears: (packet) => longestFrame(packet) > ZEROS_FRAME_BYTES, [Symbol.dispose]: () => {} },
  };
}

const LOUD: Ear<Int16Array<ArrayBuffer>> = { hears: isLoud, [Symbol.dispose]: () => {} };

function longestFrame(packet: Uint8Array): number {
  return Math.max(0, ...splitFrames(packet).frames.map(({ length }) => length));
}

function isLoud(samples: Int16Array): boolean {
  return samples.some((sample) => sample > SILENCE_PEAK || sample < -SILENCE_PEAK);
}
