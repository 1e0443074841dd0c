/**
 * `deno task clips`: speaks the clips in `assets/clips` with espeak-ng.
 *
 * @module
 */

import { join } from "node:path";
import { writeOggOpus } from "../audio/ogg/mod.ts";
import type { OpusCodec } from "../audio/opus/codec.ts";
import { loadOpus } from "../audio/opus/libopus.ts";
import { resample } from "../audio/resample.ts";
import { decodeWav } from "../audio/wav.ts";
import { AppError, messageOf } from "../base/errors.ts";
import { type ClipEntry, type ClipLanguage, type ClipManifest, type ClipName, MANIFEST_FILE } from "../services/clips/manifest.ts";
import { print, printError } from "./output.ts";

const HELP = `Speaks the clips with espeak-ng into assets/clips: Ogg Opus, 24 kHz, mono, 60 ms packets, 16 kbit/s, and the list of them.

  deno task clips           writes the files
  deno task clips --help    this text
`;

/** What is said. The apology is the one that a reply tries to speak first. */
export const CLIP_TEXTS: Readonly<Record<ClipName, Readonly<Record<ClipLanguage, string>>>> = {
  apology: { zh: "抱歉，我这边出了点问题，请再说一遍。", en: "Sorry, something went wrong. Please say that again." },
  moment: { zh: "请稍等。", en: "One moment." },
};

/**
 * Voices of espeak-ng. Not `cmn`: in release 1.51 it reads Chinese characters as English letters and digits, "hao three"
 * (https://github.com/espeak-ng/espeak-ng/issues/1236).
 */
const VOICES: Readonly<Record<ClipLanguage, string>> = { zh: "cmn-latn-pinyin", en: "en-us" };

/** Words a minute: a little below espeak-ng's 175, because a device's loudspeaker is small. */
const SPEED = 155;

/** The downlink's usual format, so that a clip goes out as it is. */
const FORMAT = { sampleRate: 24_000, frameMs: 60 };

/** Half the usual bit rate: enough for a synthetic voice, and an apology stays below 10 kB. */
const BITRATE = 16_000;

/** Nobody waits for this program. */
const COMPLEXITY = 10;

/** Samples above this begin and end the sentence; espeak-ng leaves silence around it. */
const SILENCE_PEAK = 64;

/** Silence kept at either end, so that no consonant is cut. */
const MARGIN_MS = 30;

/** What {@link makeClips} needs of its surroundings. */
export interface ClipsToolOptions {
  /** Where the files go. */
  readonly folder: string;
  /** Path or name of espeak-ng. */
  readonly espeak: string;
}

/**
 * Writes the sound of each clip and the list of them.
 *
 * @throws `AppError` with code `espeak_failed`.
 */
export async function makeClips({ folder, espeak }: ClipsToolOptions): Promise<ClipManifest> {
  const codec = await loadOpus();
  const clips: ClipEntry[] = [];
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, texts] of Object.entries(CLIP_TEXTS) as [ClipName, Record<ClipLanguage, string>][]) {
    for (const [language, text] of Object.entries(texts) as [ClipLanguage, string][]) {
      const packets = await encoded(codec, await spoken(espeak, text, language));
      const file = `${name}.${language}.ogg`;
      await Deno.writeFile(join(folder, file), writeOggOpus({ packets, inputSampleRate: FORMAT.sampleRate }));
      clips.push({ name, language, file, text, durationMs: packets.length * FORMAT.frameMs });
    }
  }
  await Deno.writeTextFile(join(folder, MANIFEST_FILE), JSON.stringify({ clips }, null, 2) + "\n");
  return { clips };
}

/** The sentence at 24 kHz, with as much silence around it as is wanted. */
async function spoken(espeak: string, text: string, language: ClipLanguage): Promise<Int16Array> {
  const args = ["--stdout", "-b", "1", "-v", VOICES[language], "-s", String(SPEED), text];
  let wav: Uint8Array;
  try {
    const { success, stdout, stderr } = await new Deno.Command(espeak, { args, stdin: "null" }).output();
    if (!success) throw new AppError(new TextDecoder().decode(stderr).trim(), { code: "espeak_failed" });
    wav = stdout;
  } catch (cause) {
    const message = `Cannot speak with ${espeak}: ${messageOf(cause)}; install it with "apt-get install espeak-ng"`;
    throw new AppError(message, { code: "espeak_failed", cause });
  }
  const { samples } = resample(decodeWav(wav), FORMAT.sampleRate);
  const loud = (sample: number) => Math.abs(sample) > SILENCE_PEAK;
  const margin = (FORMAT.sampleRate * MARGIN_MS) / 1000;
  return samples.subarray(Math.max(0, samples.findIndex(loud) - margin), samples.findLastIndex(loud) + margin);
}

async function encoded(codec: OpusCodec, samples: Int16Array): Promise<Uint8Array<ArrayBuffer>[]> {
  using encoder = await codec.encoder({ ...FORMAT, complexity: COMPLEXITY, bitrate: BITRATE });
  const size = (FORMAT.sampleRate * FORMAT.frameMs) / 1000;
  const whole = new Int16Array(Math.ceil(samples.length / size) * size);
  whole.set(samples);
  return Array.from({ length: whole.length / size }, (_, index) => encoder.encode(whole.subarray(index * size, (index + 1) * size)));
}

async function main(args: readonly string[]): Promise<number> {
  if (args.length > 0) {
    print(HELP);
    return args.includes("--help") || args.includes("-h") ? 0 : 2;
  }
  try {
    const { clips } = await makeClips({ folder: "assets/clips", espeak: "espeak-ng" });
    for (const { file, durationMs } of clips) print(`assets/clips/${file}  ${durationMs} ms\n`);
    return 0;
  } catch (error) {
    printError(`${messageOf(error)}\n`);
    return 1;
  }
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
