/**
 * Sound as an answer: a WAV that streams, or raw PCM for those who ask for it.
 *
 * @module
 */

import type { SpeechAudio } from "../../../audio/types.ts";
import { encodeWav } from "../../../audio/wav.ts";
import { StageError } from "../errors.ts";

/** Offsets of the two sizes in a WAV header, and what stands there while the length is unknown. */
const SIZE_OFFSETS = [4, 40];
const UNKNOWN_SIZE = 0xffffffff;

/** The answer to POST /api/tts. WAV unless `accept` asks for audio/L16 and not for WAV. */
export function speechResponse(audio: SpeechAudio, accept: string): Response {
  if (audio.kind !== "pcm") throw new StageError("synthesize", "bad_audio", "Embedded speech is Opus; PCM is needed to serve it");
  const raw = /\baudio\/l16\b/i.test(accept) && !/\baudio\/(x-)?wave?\b/i.test(accept);
  const contentType = raw ? `audio/L16;rate=${audio.sampleRate};channels=1;endianness=little-endian` : "audio/wav";
  const head = raw ? undefined : streamingHeader(audio.sampleRate);
  return new Response(ReadableStream.from(bytesOf(audio.chunks, head)), { headers: { "content-type": contentType } });
}

function streamingHeader(sampleRate: number): Uint8Array<ArrayBuffer> {
  const header = encodeWav({ sampleRate, samples: new Int16Array() });
  const view = new DataView(header.buffer);
  for (const offset of SIZE_OFFSETS) view.setUint32(offset, UNKNOWN_SIZE, true);
  return header;
}

async function* bytesOf(chunks: AsyncIterable<Int16Array<ArrayBuffer>>, head?: Uint8Array<ArrayBuffer>): AsyncGenerator<Uint8Array> {
  if (head !== undefined) yield head;
  for await (const chunk of chunks) yield new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
