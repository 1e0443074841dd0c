/**
 * What does the work behind an embedded stage.
 *
 * @module
 */

import type { Pcm } from "../../../audio/types.ts";
import type { SpeechRequest, Transcript } from "../stages.ts";

/** What people are told about an engine. */
export interface EngineCard {
  /** Its name, such as `pocketsphinx`. */
  readonly name: string;
  /** What it can do, in a few words. */
  readonly ability: string;
  /** How to get something better, or what went wrong with what was asked for; absent when nothing is left to wish. */
  readonly advice?: string;
  /** `warn` for stand-ins such as `tone`, and where something else was configured that cannot be used. */
  readonly status: "pass" | "warn";
}

/** Turns 16 kHz speech into text. */
export interface Recognizer {
  readonly card: EngineCard;
  /** Rejects with the signal's reason after an abort. */
  recognize(samples: Int16Array<ArrayBuffer>, signal: AbortSignal, language: string): Promise<Transcript>;
}

/** Turns one sentence into sound. */
export interface Synthesizer {
  readonly card: EngineCard;
  /** Resolves with the first sound; rejects with the signal's reason after an abort. */
  speak(request: SpeechRequest, signal: AbortSignal): Promise<Speech>;
}

/** Sound of a sentence. */
export interface Speech {
  /** Samples per second. */
  readonly sampleRate: number;
  /** Mono pieces of any length. */
  readonly chunks: AsyncIterable<Int16Array<ArrayBuffer>>;
}

/** A whole recording in pieces of a fifth of a second, so that encoding can begin with the first. */
export async function* inPieces(pcm: Pcm): AsyncGenerator<Int16Array<ArrayBuffer>, void, void> {
  const length = Math.ceil(pcm.sampleRate / 5);
  for (let start = 0; start < pcm.samples.length; start += length) {
    yield await Promise.resolve(pcm.samples.slice(start, start + length));
  }
}
