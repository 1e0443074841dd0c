/**
 * Recordings in and out: a WAV of any kind to the packets of a microphone, and what the loudspeaker played to a WAV.
 *
 * @module
 */

import type { OpusCodec } from "../../audio/opus/codec.ts";
import { resample } from "../../audio/resample.ts";
import { decodeWav, encodeWav } from "../../audio/wav.ts";
import { UPLINK_FRAME_MS } from "./microphone.ts";
import type { HeardPacket } from "./playback.ts";

/** Rate of a device's microphone, fixed in the firmware. */
const UPLINK_RATE = 16_000;

/** What the firmware's encoder arrives at by itself for 16 kHz speech, bits per second (estimate). */
const UPLINK_BITRATE = 16_000;

/** Longest gap that is written as silence, milliseconds: a longer one is a pause between turns. */
const MAX_GAP_MS = 5000;

/**
 * Packets of 60 ms as a device's microphone makes them; the last one is filled up with silence.
 *
 * @throws `AudioError` when the bytes are no readable WAV.
 */
export async function encodeSpeech(wav: Uint8Array, opus: OpusCodec): Promise<Uint8Array<ArrayBuffer>[]> {
  const { samples } = resample(decodeWav(wav), UPLINK_RATE);
  using encoder = await opus.encoder({ sampleRate: UPLINK_RATE, frameMs: UPLINK_FRAME_MS, complexity: 0, bitrate: UPLINK_BITRATE });
  const frameSamples = UPLINK_RATE * UPLINK_FRAME_MS / 1000;
  const packets: Uint8Array<ArrayBuffer>[] = [];
  for (let start = 0; start < samples.length; start += frameSamples) {
    const frame = new Int16Array(frameSamples);
    frame.set(samples.subarray(start, start + frameSamples));
    packets.push(encoder.encode(frame).slice());
  }
  return packets;
}

/** What the loudspeaker played, gaps included, as a WAV. */
export function playedWav(played: readonly HeardPacket[], sampleRate: number): Uint8Array<ArrayBuffer> {
  const pieces: Int16Array[] = [];
  for (const { gapMs, samples } of played) {
    if (gapMs > 0) pieces.push(new Int16Array(Math.round(Math.min(gapMs, MAX_GAP_MS) * sampleRate / 1000)));
    if (samples !== undefined) pieces.push(samples);
  }
  const whole = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return encodeWav({ sampleRate, samples: whole });
}
