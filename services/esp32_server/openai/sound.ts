/**
 * The sound that a server sends, told by its first bytes rather than by its type, which is often wrong.
 *
 * @module
 */

import type { SpeechAudio } from "../../../audio/types.ts";
import { audible } from "../audible.ts";
import { StageError } from "../errors.ts";
import { readSpeech } from "../http/speech.ts";
import { MAX_PROBLEM_BYTES } from "../http/limits.ts";
import { isPage } from "./connection.ts";
import { peek } from "./first_bytes.ts";
import type { SpeechFormat } from "./options.ts";
import { errorWords } from "./refusal.ts";

/** What is known about a sound before its first byte. */
export interface ExpectedSound {
  /** Its `Content-Type`; may be empty. */
  readonly type: string;
  /** What was asked for. */
  readonly format: SpeechFormat;
  /** Rate of raw samples where the type states none. */
  readonly pcmRate: number;
  /** What is to be said. */
  readonly text: string;
}

/** Enough to tell containers, codecs and an error in JSON apart. */
const HEAD_BYTES = 16;

/** Rates that are taken from a type; others are mistakes. */
const MIN_RATE = 8000;
const MAX_RATE = 192_000;

/**
 * Reads the sound; resolves when its format is known.
 *
 * @throws `StageError`; what the source throws.
 */
export async function readSound(expected: ExpectedSound, source: AsyncGenerator<Uint8Array, void, void>): Promise<SpeechAudio> {
  const { head, all, close } = await peek(source, HEAD_BYTES);
  const beginning = String.fromCharCode(...head);
  if (/^(RIFF|OggS)/.test(beginning)) return audible(await readSpeech("", all), expected.text);
  const refusal = await refusalOf(expected, beginning, all);
  if (refusal === undefined) return audible(await readSpeech(rawType(expected), all), expected.text);
  await close();
  throw refusal;
}

/** Why what has no container cannot be raw samples; `undefined` where it may be. */
async function refusalOf(
  { type, format }: ExpectedSound,
  beginning: string,
  all: AsyncIterable<Uint8Array>,
): Promise<StageError | undefined> {
  if (beginning === "") return badAudio("Server sent no sound");
  if (isText(type, beginning)) return await errorIn(type, all);
  const codec = codecOf(type, beginning);
  if (codec === undefined && (format === "pcm" || /\b(l16|pcm|raw)\b/i.test(type))) return undefined;
  const right = "set esp32Server.openai.synthesize.format to what it can send of pcm, wav, opus";
  return badAudio(`Server was asked for ${format} and sent ${codec ?? `something of type "${type.slice(0, 60)}"`}; ${right}`);
}

/** Raw samples may begin like anything, so a text must look like one or be called one. */
function isText(type: string, beginning: string): boolean {
  return /json|html|^text\//i.test(type) && /^\s*["{[<\w]/.test(beginning) || /^\s*\{\s*"[a-z_]+"\s*:/i.test(beginning) ||
    isPage(type, beginning);
}

async function errorIn(type: string, pieces: AsyncIterable<Uint8Array>): Promise<StageError> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const piece of pieces) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > MAX_PROBLEM_BYTES) break;
  }
  let words: string | undefined;
  try {
    words = errorWords(JSON.parse(text));
  } catch {
    // No JSON: its type is all there is to tell.
  }
  const what = words === undefined ? `of type "${type.slice(0, 60)}"` : `with an error: ${words}`;
  return new StageError("synthesize", "bad_answer", `Server answered POST /audio/speech ${what}; sound is needed`);
}

/** Codecs that are not read here. Frames of MP3 and AAC are believed only where the type says so: samples may look the same. */
function codecOf(type: string, beginning: string): string | undefined {
  if (beginning.startsWith("fLaC")) return "FLAC";
  if (beginning.startsWith("ID3")) return "MP3";
  if (beginning.startsWith("\x1aE\xdf\xa3")) return "WebM";
  if (/mpeg|mp3/i.test(type) && /^\xff[\xe2\xe3\xf2\xf3\xfa\xfb]/.test(beginning)) return "MP3";
  if (/aac|mpeg|mp4/i.test(type) && /^\xff[\xf0\xf1\xf8\xf9]/.test(beginning)) return "AAC";
  return undefined;
}

function rawType({ type, pcmRate }: ExpectedSound): string {
  const parameter = (name: string) => new RegExp(`;\\s*${name}\\s*=\\s*"?([\\w-]+)`, "i").exec(type)?.[1];
  const stated = Number(parameter("rate") ?? parameter("samplerate") ?? parameter("sample_rate"));
  const rate = Number.isInteger(stated) && stated >= MIN_RATE && stated <= MAX_RATE ? stated : pcmRate;
  const endianness = parameter("endianness");
  return `audio/L16;rate=${rate};channels=${parameter("channels") ?? 1}${endianness === undefined ? "" : `;endianness=${endianness}`}`;
}

function badAudio(message: string): StageError {
  return new StageError("synthesize", "bad_audio", message);
}
