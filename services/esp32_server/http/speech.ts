/**
 * The sound that a server sends: WAV, raw PCM or Ogg Opus, told by its type or, without one, by its first bytes.
 *
 * @module
 */

import { AudioError } from "../../../audio/errors.ts";
import { readOggOpus } from "../../../audio/ogg/mod.ts";
import { tapped } from "../../../audio/tapped.ts";
import type { SpeechAudio } from "../../../audio/types.ts";
import { readWav } from "../../../audio/wav.ts";
import { StageError } from "../errors.ts";
import { MAX_RATE, MIN_RATE, rawPcm } from "./raw_pcm.ts";

/** What is asked for: Opus needs no encoding here, WAV says its rate itself. */
export const SPEECH_ACCEPT = "audio/ogg, audio/wav;q=0.9, audio/L16;q=0.8, */*;q=0.1";

const TYPES: readonly (readonly [RegExp, "wav" | "ogg" | "l16"])[] = [
  [/^audio\/(x-|vnd\.)?wave?\b/i, "wav"],
  [/^(audio|application)\/(ogg|opus)\b/i, "ogg"],
  [/^audio\/(l16|x-l16|pcm)\b/i, "l16"],
];

/**
 * The sound in a stream of bytes; resolves when its format is known.
 *
 * @throws `StageError` with code `tts_bad_audio`; what the source throws.
 */
export async function readSpeech(contentType: string, source: AsyncGenerator<Uint8Array, void, void>): Promise<SpeechAudio> {
  const first = await firstPiece(source);
  if (first === undefined) throw new StageError("synthesize", "bad_audio", "Server sent no sound; an answer to /api/tts must not be empty");
  const bytes = joined(first, source);
  // Servers are careless with the type and right in the bytes.
  const kind = signature(first) ?? TYPES.find(([pattern]) => pattern.test(contentType.trim()))?.[1];
  try {
    if (kind === "wav") {
      const { sampleRate, chunks } = await readWav(bytes);
      if (sampleRate < MIN_RATE || sampleRate > MAX_RATE) throw wrongRate(sampleRate);
      return { kind: "pcm", sampleRate, chunks: typed(chunks) };
    }
    if (kind === "ogg") return { kind: "opus", packets: typed((await readOggOpus(bytes)).packets) };
    if (kind === "l16") return rawPcm(contentType, bytes);
  } catch (error) {
    // Nobody iterates any more, so the connection must be closed here.
    await source.return();
    throw badAudio(error);
  }
  await source.return();
  const type = contentType === "" ? "of no type" : contentType.slice(0, 60);
  throw new StageError(
    "synthesize",
    "bad_audio",
    `Server sent sound that is ${type}; audio/wav, audio/L16 with a rate, or audio/ogg with Opus is needed`,
  );
}

/** The first bytes, enough to tell the formats apart; fewer only at the end. */
async function firstPiece(source: AsyncGenerator<Uint8Array, void, void>): Promise<Uint8Array | undefined> {
  let head: Uint8Array | undefined;
  while ((head?.length ?? 0) < 4) {
    const next = await source.next();
    if (next.done) break;
    head = head === undefined ? next.value : new Uint8Array([...head, ...next.value]);
  }
  return head;
}

function signature(bytes: Uint8Array): "wav" | "ogg" | undefined {
  const word = String.fromCharCode(...bytes.subarray(0, 4));
  return word === "RIFF" ? "wav" : word === "OggS" ? "ogg" : undefined;
}

async function* joined(first: Uint8Array, rest: AsyncGenerator<Uint8Array, void, void>): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return();
  }
}

function typed<T>(source: AsyncIterable<T>): AsyncIterable<T> {
  return tapped(source, { failure: badAudio });
}

function wrongRate(sampleRate: number): StageError {
  const right = `a rate of ${MIN_RATE} to ${MAX_RATE} is needed`;
  return new StageError("synthesize", "bad_audio", `Server sent a WAV file of ${sampleRate} samples per second; ${right}`);
}

function badAudio(error: unknown): unknown {
  if (!(error instanceof AudioError)) return error;
  return new StageError("synthesize", "bad_audio", `Server sent sound that cannot be read: ${error.message}`, error);
}
