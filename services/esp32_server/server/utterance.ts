/**
 * A request body as an utterance.
 *
 * @module
 */

import { AudioError } from "../../../audio/errors.ts";
import { readOggOpus } from "../../../audio/ogg/mod.ts";
import type { OpusCodec } from "../../../audio/opus/codec.ts";
import { resample } from "../../../audio/resample.ts";
import { packetSamples } from "../../../audio/toc.ts";
import type { Utterance } from "../../../audio/types.ts";
import { decodeWav } from "../../../audio/wav.ts";
import { RequestError } from "./problem.ts";

const SAMPLE_RATE = 16000;

/** Longest sound taken: the longest utterance of a device is 30 s, people may try with more. */
const MAX_SECONDS = 120;

/**
 * Reads WAV or Ogg Opus, told by their first bytes because senders are careless with the type.
 *
 * @throws `RequestError` with status 413 or 415.
 */
export async function readUtterance(bytes: Uint8Array<ArrayBuffer>, opus: () => Promise<OpusCodec>): Promise<Utterance> {
  const word = String.fromCharCode(...bytes.subarray(0, 4));
  try {
    if (word === "RIFF") return utteranceOf(resampled(decodeWav(bytes)), []);
    if (word === "OggS") {
      const packets = await Array.fromAsync((await readOggOpus(bytes)).packets);
      return utteranceOf(await decoded(packets, await opus()), packets);
    }
  } catch (error) {
    if (error instanceof AudioError) throw new RequestError(415, error.code, `Sound cannot be read: ${error.message}`, error);
    throw error;
  }
  throw new RequestError(
    415,
    "audio_unsupported",
    `Body of ${bytes.length} bytes is neither WAV nor Ogg; send audio/wav or audio/ogg with Opus`,
  );
}

function resampled(pcm: ReturnType<typeof decodeWav>): Int16Array<ArrayBuffer> {
  assertLength(pcm.samples.length / pcm.sampleRate);
  return pcm.sampleRate === SAMPLE_RATE ? pcm.samples : resample(pcm, SAMPLE_RATE).samples;
}

async function decoded(packets: readonly Uint8Array[], opus: OpusCodec): Promise<Int16Array<ArrayBuffer>> {
  const total = packets.reduce((sum, packet) => sum + packetSamples(packet, SAMPLE_RATE), 0);
  assertLength(total / SAMPLE_RATE);
  using decoder = await opus.decoder(SAMPLE_RATE);
  const samples = new Int16Array(total);
  let length = 0;
  for (const packet of packets) {
    const piece = decoder.decode(packet);
    samples.set(piece, length);
    length += piece.length;
  }
  return samples.slice(0, length);
}

function assertLength(seconds: number): void {
  if (seconds > MAX_SECONDS) {
    throw new RequestError(413, "audio_too_long", `Sound of ${Math.round(seconds)} s is too long; ${MAX_SECONDS} s are allowed`);
  }
}

function utteranceOf(samples: Int16Array<ArrayBuffer>, packets: readonly Uint8Array<ArrayBuffer>[]): Utterance {
  const durationMs = (samples.length / SAMPLE_RATE) * 1000;
  return { sampleRate: SAMPLE_RATE, durationMs, speechMs: 0, trailingSilenceMs: 0, end: "stop", packets, pcm: () => samples };
}
