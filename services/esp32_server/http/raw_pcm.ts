/**
 * Raw PCM as `audio/L16;rate=…;channels=…` (RFC 2586), which comes without a header.
 *
 * @module
 */

import type { SpeechAudio } from "../../../audio/types.ts";
import { StageError } from "../errors.ts";

/** Rates that sound may have: from the telephone's to the highest of studios. Others are mistakes that would last for minutes or squeak. */
export const MIN_RATE = 8000;
/** The highest rate. */
export const MAX_RATE = 192_000;

/** Most channels averaged into one. */
const MAX_CHANNELS = 8;

/**
 * Samples of raw PCM whose type says the rate. RFC 2586 says network byte order, yet the speech services that use this type send little
 * endian; so that is what is read unless `endianness=big-endian` is there (a parameter of IBM's speech services).
 *
 * @throws `StageError` with code `tts_bad_audio` when the rate is missing.
 */
export function rawPcm(contentType: string, source: AsyncIterable<Uint8Array>): SpeechAudio {
  const parameter = (name: string) => new RegExp(`;\\s*${name}\\s*=\\s*"?([\\w-]+)`, "i").exec(contentType)?.[1];
  const sampleRate = Number(parameter("rate"));
  const channels = Number(parameter("channels") ?? 1);
  if (!Number.isInteger(sampleRate) || sampleRate < MIN_RATE || sampleRate > MAX_RATE || !(channels >= 1 && channels <= MAX_CHANNELS)) {
    throw new StageError(
      "synthesize",
      "bad_audio",
      `Server sent raw sound as "${contentType.slice(0, 60)}"; a rate of ${MIN_RATE} to ${MAX_RATE} is needed, as in audio/L16;rate=24000`,
    );
  }
  return { kind: "pcm", sampleRate, chunks: samplesOf(source, channels, parameter("endianness") !== "big-endian") };
}

/** Pieces end where the network pleases: what is left of a frame waits for the next piece. */
async function* samplesOf(
  source: AsyncIterable<Uint8Array>,
  channels: number,
  littleEndian: boolean,
): AsyncGenerator<Int16Array<ArrayBuffer>, void, void> {
  const frameBytes = channels * 2;
  let rest = new Uint8Array();
  for await (const piece of source) {
    const bytes = new Uint8Array(rest.length + piece.length);
    bytes.set(rest);
    bytes.set(piece, rest.length);
    const frames = Math.floor(bytes.length / frameBytes);
    rest = bytes.slice(frames * frameBytes);
    const view = new DataView(bytes.buffer);
    const samples = new Int16Array(frames);
    for (let frame = 0; frame < frames; frame++) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) sum += view.getInt16(frame * frameBytes + channel * 2, littleEndian);
      samples[frame] = Math.round(sum / channels);
    }
    if (frames > 0) yield samples;
  }
}
