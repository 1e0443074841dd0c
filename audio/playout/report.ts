/**
 * What the person heard of a reply.
 *
 * @module
 */

import { graphemes, joinSentences, leadingPart, usualSpeechMs } from "../text.ts";

/** One sentence of a reply. */
export interface SentenceReport {
  /** Its text. */
  readonly text: string;
  /** Frames of it that were handed to the playout. */
  readonly frames: number;
  /** Frames of it that the device has played to their end. */
  readonly heardFrames: number;
}

/** How far a reply has come. */
export interface PlayoutReport {
  /** Frames given to the sink. */
  readonly framesSent: number;
  /** Frames that wait. */
  readonly framesQueued: number;
  /** Milliseconds that the device has played. */
  readonly heardMs: number;
  /** What of the text the person has heard, cut at the end of a word. */
  readonly heardText: string;
  /** All sentences that have begun to arrive. */
  readonly sentences: readonly SentenceReport[];
  /** Times that the device ran dry because the next frame came too late. */
  readonly underruns: number;
  /** Times that the schedule was moved, by an underrun, a late timer or a blocked socket; not by a pause. */
  readonly rebases: number;
}

/** A sentence as the playout keeps it. */
export interface PlayoutSentence {
  readonly text: string;
  /** Number of its first frame in the reply. */
  readonly first: number;
  /** Its frames so far. */
  frames: number;
  /** Whether all its frames have come. */
  complete: boolean;
  /** Whether its first frame was sent. */
  announced: boolean;
}

/** Frames of a sentence that were played to their end. */
export function heardFrames(sentence: PlayoutSentence, heardMs: number, frameMs: number): number {
  return Math.max(0, Math.min(sentence.frames, Math.floor(heardMs / frameMs + 1e-9) - sentence.first));
}

/** What has been heard of the sentences, given the milliseconds that the device has played. */
export function heardText(sentences: readonly PlayoutSentence[], heardMs: number, frameMs: number): string {
  const parts = sentences.map((sentence) => {
    const ms = heardMs - sentence.first * frameMs;
    const knownMs = sentence.frames * frameMs;
    if (ms <= 0 || knownMs === 0) return "";
    if (sentence.complete && ms >= knownMs) return sentence.text;
    // Of a sentence that is cut off before all its audio has come, the whole length can only be guessed.
    const wholeMs = sentence.complete ? knownMs : Math.max(knownMs, usualSpeechMs(graphemes(sentence.text)));
    return leadingPart(sentence.text, Math.min(ms, knownMs) / wholeMs);
  });
  return joinSentences(parts).trimEnd();
}
