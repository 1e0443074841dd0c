/**
 * The utterance that the uplink hands on.
 *
 * @module
 */

import type { OpusDecoder } from "../opus/codec.ts";
import type { Utterance, UtteranceEnd } from "../types.ts";
import { DTX_MAX_BYTES, SAMPLES_PER_MS, UPLINK_RATE } from "./limits.ts";
import type { TimedPacket } from "./timeline.ts";

/** What an utterance is made of. */
export interface UtteranceParts {
  /** Its packets, whole, in order. */
  readonly packets: readonly TimedPacket[];
  /** Samples of speech; 0 where no VAD ran. */
  readonly speechSamples: number;
  /** Samples of silence at the end. */
  readonly trailingSamples: number;
  readonly end: UtteranceEnd;
  /** Makes a decoder in its initial state, for packets that were not decoded. */
  readonly newDecoder: () => OpusDecoder;
}

/** Makes an utterance. Packets that were not decoded are decoded by the first call of `pcm()`; those that are no Opus become silence. */
export function createUtterance(parts: UtteranceParts): Utterance {
  const { packets } = parts;
  const start = packets[0]?.start ?? 0;
  const length = (packets.at(-1)?.end ?? start) - start;
  let pcm: Int16Array<ArrayBuffer> | undefined;
  return {
    sampleRate: UPLINK_RATE,
    durationMs: length / SAMPLES_PER_MS,
    speechMs: Math.min(parts.speechSamples, length) / SAMPLES_PER_MS,
    trailingSilenceMs: parts.trailingSamples / SAMPLES_PER_MS,
    end: parts.end,
    packets: packets.map((packet) => packet.packet),
    pcm: () => pcm ??= join(packets, start, length, parts.newDecoder),
  };
}

function join(packets: readonly TimedPacket[], start: number, length: number, newDecoder: () => OpusDecoder): Int16Array<ArrayBuffer> {
  const pcm = new Int16Array(length);
  const isEncoded = ({ packet, samples }: TimedPacket) => samples === undefined && packet.length > DTX_MAX_BYTES;
  using decoder = packets.some(isEncoded) ? newDecoder() : undefined;
  for (const packet of packets) {
    const samples = packet.samples ?? (isEncoded(packet) ? decode(decoder, packet.packet) : undefined);
    if (samples !== undefined) pcm.set(samples.subarray(0, packet.end - packet.start), packet.start - start);
  }
  return pcm;
}

function decode(decoder: OpusDecoder | undefined, packet: Uint8Array): Int16Array<ArrayBuffer> | undefined {
  try {
    return decoder?.decode(packet);
  } catch {
    // One bad packet costs its own time, as it does where the uplink decodes.
    return undefined;
  }
}
