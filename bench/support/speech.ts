/**
 * Speech for benchmarks: a person's question as a device records it, and a sentence of the answer as synthesisers deliver it.
 *
 * @module
 */

import { writeOggOpus } from "../../audio/ogg/mod.ts";
import type { OpusCodec } from "../../audio/opus/codec.ts";
import { resample } from "../../audio/resample.ts";
import { encodeWav } from "../../audio/wav.ts";
import { needs } from "../../tests/support/programs.ts";
import { concat, pinkNoise, soundBounds, speak, SPEECH_RATE } from "../../tests/support/speech.ts";
import { encodeSpeech } from "../../tools/device/speech_file.ts";

/** One packet of a device, milliseconds. */
export const FRAME_MS = 60;

/** What the downlink is announced with. */
const DOWNLINK_RATE = 24_000;

/** A person's question, and a quiet room, in packets of 60 ms. */
export interface Question {
  readonly packets: readonly Uint8Array<ArrayBuffer>[];
  /** When the sound ends, milliseconds after its beginning. */
  readonly endMs: number;
  /** Two seconds of a quiet room, encoded as devices without DTX do. */
  readonly room: readonly Uint8Array<ArrayBuffer>[];
}

/** Packets as JSON, from one process to another. */
export interface QuestionFile {
  readonly packets: readonly string[];
  readonly room: readonly string[];
  readonly endMs: number;
}

/** Samples of somebody who speaks, at 16 kHz: flite's voice where it is installed, a buzz with formants where it is not. */
export async function voice(text: string): Promise<Int16Array<ArrayBuffer>> {
  return needs("flite").ignore ? buzz(1500) : await speak({ program: "flite", voice: "rms", text });
}

/** The question that devices ask. */
export async function question(opus: OpusCodec): Promise<Question> {
  const samples = await voice("what time is it now");
  const { startMs, endMs } = soundBounds(samples);
  const cut = samples.slice(Math.floor(startMs * SPEECH_RATE / 1000));
  const encode = (pcm: Int16Array<ArrayBuffer>) => encodeSpeech(encodeWav({ sampleRate: SPEECH_RATE, samples: pcm }), opus);
  // Quiet enough for the VAD, loud enough that the encoder spends bytes on it.
  return { packets: await encode(cut), endMs: endMs - startMs, room: await encode(pinkNoise(2000, 40)) };
}

/** Packs a question for another process. */
export function packQuestion({ packets, room, endMs }: Question): QuestionFile {
  const text = (packet: Uint8Array) => packet.toBase64();
  return { packets: packets.map(text), room: room.map(text), endMs };
}

/** Unpacks a question. */
export function unpackQuestion({ packets, room, endMs }: QuestionFile): Question {
  const bytes = (text: string) => Uint8Array.fromBase64(text);
  return { packets: packets.map(bytes), room: room.map(bytes), endMs };
}

/** A sentence of exactly `ms` milliseconds at a rate. */
export async function sentence(ms: number, sampleRate: number): Promise<Int16Array<ArrayBuffer>> {
  const said = await voice("the weather will be fine until the evening, and then the wind turns to the north");
  const needed = Math.ceil(ms * SPEECH_RATE / 1000);
  const whole = concat(...Array.from({ length: Math.ceil(needed / said.length) }, () => said));
  return resample({ sampleRate: SPEECH_RATE, samples: whole }, sampleRate).samples.slice(0, ms * sampleRate / 1000);
}

/** A sentence of exactly `ms` milliseconds as an Ogg Opus file of packets of `frameMs`; most services send 20 ms. */
export async function sentenceOgg(ms: number, opus: OpusCodec, frameMs: 20 | 60 = FRAME_MS): Promise<Uint8Array<ArrayBuffer>> {
  const samples = await sentence(ms, DOWNLINK_RATE);
  using encoder = await opus.encoder({ sampleRate: DOWNLINK_RATE, frameMs, complexity: 5, bitrate: 24_000 });
  const frame = DOWNLINK_RATE * frameMs / 1000;
  const packets = Array.from(
    { length: samples.length / frame },
    (_, at) => encoder.encode(samples.slice(at * frame, (at + 1) * frame)).slice(),
  );
  return writeOggOpus({ packets, inputSampleRate: DOWNLINK_RATE });
}

function buzz(ms: number): Int16Array<ArrayBuffer> {
  return Int16Array.from({ length: ms * SPEECH_RATE / 1000 }, (_, index) => {
    const t = index / SPEECH_RATE;
    return 6000 * Math.exp(-6 * ((t * 130) % 1)) * (Math.sin(2 * Math.PI * 650 * t) + 0.6 * Math.sin(2 * Math.PI * 1300 * t));
  });
}
