/**
 * What stands in where no voice is installed: soft beeps, one for each word or Chinese character. It is no speech and does not sound so.
 *
 * @module
 */

import type { SpeechRequest } from "../stages.ts";
import { type EngineCard, inPieces, type Speech, type Synthesizer } from "./engine.ts";
import { speakable } from "./speakable.ts";

const SAMPLE_RATE = 16000;

/** Length of a beep and of the pause after it in seconds: about five a second, the pace of syllables. */
const BEEP_SECONDS = 0.12;
const PAUSE_SECONDS = 0.08;

/** Ramp at both ends of a beep in seconds, against clicks. */
const RAMP_SECONDS = 0.01;

/** A fifth of full scale: well heard, not startling. */
const AMPLITUDE = 6500;

/** Pitches in Hz, taken in turn: A4, C5 and E5, clear on the small speakers of devices. */
const PITCHES = [440, 523.25, 659.25];

/** Most beeps of one sentence: half a minute. */
const MAX_BEEPS = 150;

/** Beeps. */
export class Tone implements Synthesizer {
  readonly card: EngineCard;

  constructor(advice: string) {
    this.card = { name: "tone", ability: "beeps instead of speech, one a word", advice, status: "warn" };
  }

  speak(request: SpeechRequest, signal: AbortSignal): Promise<Speech> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const samples = beeps(countWords(speakable(request.text)));
    return Promise.resolve({ sampleRate: SAMPLE_RATE, chunks: inPieces({ sampleRate: SAMPLE_RATE, samples }) });
  }
}

function countWords(text: string): number {
  return text.match(/\p{Script=Han}|[\p{L}\p{N}'’]+/gu)?.length ?? 0;
}

function beeps(words: number): Int16Array<ArrayBuffer> {
  const count = Math.min(MAX_BEEPS, Math.max(1, words));
  const step = Math.round((BEEP_SECONDS + PAUSE_SECONDS) * SAMPLE_RATE);
  const length = Math.round(BEEP_SECONDS * SAMPLE_RATE);
  const ramp = RAMP_SECONDS * SAMPLE_RATE;
  const samples = new Int16Array(count * step);
  for (let beep = 0; beep < count; beep++) {
    const pitch = PITCHES[beep % PITCHES.length] ?? 440;
    for (let i = 0; i < length; i++) {
      const gain = Math.min(1, i / ramp, (length - i) / ramp);
      samples[beep * step + i] = Math.round(gain * AMPLITUDE * Math.sin((2 * Math.PI * pitch * i) / SAMPLE_RATE));
    }
  }
  return samples;
}
