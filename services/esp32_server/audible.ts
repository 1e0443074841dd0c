/**
 * Sound that must be heard: servers that are short of memory or were given a voice they do not have send silence, and say nothing.
 *
 * @module
 */

import { tapped } from "../../audio/tapped.ts";
import type { SpeechAudio } from "../../audio/types.ts";
import { StageError } from "./errors.ts";

/** Loudest sample of what nobody hears: dither and the rounding of codecs stay below, the quietest breath does not (-72 dB). */
const SILENT_PEAK = 8;

/** Longest Opus packet that holds silence only (discontinuous transmission, RFC 6716 section 2.1.9, and a frame of zeros). */
const SILENT_PACKET_BYTES = 3;

/** The sound, followed by a `StageError` with code `tts_bad_audio` where nothing of it was to be heard though `text` has words. */
export function audible(audio: SpeechAudio, text: string): SpeechAudio {
  if (!/[\p{L}\p{N}]/u.test(text)) return audio;
  if (audio.kind === "pcm") {
    return {
      ...audio,
      chunks: checked(audio.chunks, (chunk) => chunk.some((sample) => Math.abs(sample) > SILENT_PEAK)),
    };
  }
  return { ...audio, packets: checked(audio.packets, (packet) => packet.length > SILENT_PACKET_BYTES) };
}

function checked<T>(pieces: AsyncIterable<T>, isHeard: (piece: T) => boolean): AsyncIterable<T> {
  let count = 0;
  let heard = false;
  return tapped(pieces, {
    item: (piece) => {
      count++;
      heard ||= isHeard(piece);
    },
    end: () => {
      if (!heard) throw new StageError("synthesize", "bad_audio", count === 0 ? "Server sent no sound" : "Server sent nothing but silence");
    },
  });
}
