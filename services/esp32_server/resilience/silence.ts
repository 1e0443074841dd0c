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

/** Rate to which packets are decoded for listening: wide enough for speech, half the work of the full rate. */
const LISTEN_RATE = 16_000;

/** Listens to the pieces of one sound, in order. */
export interface Ear<T> extends Disposable {
  /** Whether the piece can be heard. */
  hears(piece: T): boolean;
  /** Its length in milliseconds. */
  durationMs(piece: T): number;
}

/** Listens to PCM. */
export function pcmEar(sampleRate: number): Ear<Int16Array<ArrayBuffer>> {
  return {
    hears: (samples) => samples.some((sample) => sample > SILENCE_PEAK || sample < -SILENCE_PEAK),
    durationMs: (samples) => (samples.length * 1000) / sampleRate,
    [Symbol.dispose]: () => {},
  };
}

/** Listens to Opus packets. Without a codec every packet that is not DTX counts as sound. */
export async function opusEar(load: (() => Promise<OpusCodec>) | undefined): Promise<Ear<Uint8Array<ArrayBuffer>>> {
  const decoder: OpusDecoder | undefined = load === undefined ? undefined : await (await load()).decoder(LISTEN_RATE);
  const pcm = pcmEar(LISTEN_RATE);
  return {
    hears: (packet) => {
      if (splitFrames(packet).frames.every(({ length }) => length <= EMPTY_FRAME_BYTES)) return false;
      return decoder === undefined || pcm.hears(decoder.decode(packet));
    },
    durationMs: packetDurationMs,
    [Symbol.dispose]: () => decoder?.[Symbol.dispose](),
  };
}
