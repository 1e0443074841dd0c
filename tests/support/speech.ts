/**
 * Speech for tests, made by the synthesisers installed on the machine.
 *
 * @module
 */

import { needs } from "./programs.ts";
import { tempDir } from "./temp_dir.ts";

/** Samples per second of everything made here. */
export const SPEECH_RATE = 16_000;

/** Who says what: a voice of flite (English) or a language of espeak-ng. */
export interface Saying {
  readonly program: "flite" | "espeak-ng";
  readonly voice: string;
  readonly text: string;
}

/** The saying as 16 kHz mono samples. Ask `needs()` for the program first. */
export async function speak(saying: Saying): Promise<Int16Array<ArrayBuffer>> {
  await using dir = tempDir();
  const file = dir.join("speech.wav");
  const { path } = needs(saying.program);
  const args = saying.program === "flite"
    ? ["-voice", saying.voice, "-t", saying.text, "-o", file]
    : ["-v", saying.voice, "-s", "150", "-w", file, saying.text];
  const { success, stderr } = await new Deno.Command(path, { args, stdout: "null", stderr: "piped" }).output();
  if (!success) throw new Error(`${saying.program} failed: ${new TextDecoder().decode(stderr)}`);
  return atSpeechRate(await Deno.readFile(file));
}

/** The samples of a plain mono 16 bit WAV file, by straight lines between its own samples where the rate differs: good enough to be heard. */
function atSpeechRate(wav: Uint8Array): Int16Array<ArrayBuffer> {
  const view = new DataView(wav.buffer, wav.byteOffset, wav.byteLength);
  const rate = view.getUint32(24, true);
  const header = 44;
  const count = Math.floor((wav.byteLength - header) / 2);
  const at = (index: number) => view.getInt16(header + 2 * Math.min(index, count - 1), true);
  return Int16Array.from({ length: Math.floor((count * SPEECH_RATE) / rate) }, (_, index) => {
    const position = (index * rate) / SPEECH_RATE;
    const whole = Math.floor(position);
    return at(whole) + (at(whole + 1) - at(whole)) * (position - whole);
  });
}

/** Silence of so many milliseconds. */
export function silence(ms: number): Int16Array<ArrayBuffer> {
  return new Int16Array((ms * SPEECH_RATE) / 1000);
}

/** Noise whose power falls with frequency, as that of rooms and fans does; the same for the same seed. `level` is its RMS. */
export function pinkNoise(ms: number, level: number, seed = 1): Int16Array<ArrayBuffer> {
  let state = seed;
  const white = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  // Paul Kellet's economy filter: three leaky integrators whose sum is pink within 0.5 dB.
  let [b0, b1, b2] = [0, 0, 0];
  const raw = Float64Array.from({ length: (ms * SPEECH_RATE) / 1000 }, () => {
    const input = white();
    b0 = 0.99765 * b0 + input * 0.0990460;
    b1 = 0.96300 * b1 + input * 0.2965164;
    b2 = 0.57000 * b2 + input * 1.0526913;
    return b0 + b1 + b2 + input * 0.1848;
  });
  const rms = Math.sqrt(raw.reduce((sum, value) => sum + value * value, 0) / raw.length);
  return Int16Array.from(raw, (value) => Math.max(-32_768, Math.min(32_767, (value / rms) * level)));
}

/** Pieces one after the other. */
export function concat(...pieces: readonly Int16Array[]): Int16Array<ArrayBuffer> {
  const all = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/**
 * Where sound begins and ends by energy, in milliseconds: the first and last 10 ms whose RMS is above 1 % of the loudest 10 ms
 * (40 dB below it: the release of a final k is that quiet).
 */
export function soundBounds(samples: Int16Array): { readonly startMs: number; readonly endMs: number } {
  const step = SPEECH_RATE / 100;
  const levels = Array.from({ length: Math.floor(samples.length / step) }, (_, index) => {
    const part = samples.subarray(index * step, (index + 1) * step);
    return Math.sqrt(part.reduce((sum, value) => sum + value * value, 0) / step);
  });
  const floor = 0.01 * Math.max(...levels);
  return { startMs: 10 * levels.findIndex((level) => level > floor), endMs: 10 * (levels.findLastIndex((level) => level > floor) + 1) };
}
