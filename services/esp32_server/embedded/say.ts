/**
 * Speech by `say` of macOS, in the system's voice for the language of the text.
 *
 * @module
 */

import type { Random } from "../../../base/random.ts";
import type { SpeechRequest } from "../stages.ts";
import { type EngineCard, inPieces, type Speech, type Synthesizer } from "./engine.ts";
import type { VoiceOptions } from "./espeak.ts";
import type { Files } from "./files.ts";
import { callProgram, type ProgramCall, wavOf } from "./program_call.ts";
import { speakable } from "./speakable.ts";
import { languageOf, type SpokenLanguage } from "./text_language.ts";

/** Voices that every macOS has. */
const VOICES: Readonly<Record<SpokenLanguage, string>> = { zh: "Tingting", en: "Samantha" };

/** `say` writes to a file, so its own output is a message at most. */
const MAX_OUTPUT_BYTES = 1 << 16;

/** What the voice is made with. */
export interface SayOptions extends VoiceOptions {
  readonly files: Files;
  readonly random: Random;
  /** Folder for the sound of one sentence: `say` needs a file that it can seek in. */
  readonly tempDir: string;
}

/** Runs `say` once a sentence. */
export class Say implements Synthesizer {
  readonly card: EngineCard;
  readonly #options: SayOptions;
  readonly #call: ProgramCall;

  constructor(options: SayOptions) {
    this.#options = options;
    this.#call = { ...options, name: "say", stage: "synthesize", maxOutputBytes: MAX_OUTPUT_BYTES };
    this.card = { name: "say", ability: "the voices of macOS", advice: options.advice, status: options.status };
  }

  async speak(request: SpeechRequest, signal: AbortSignal): Promise<Speech> {
    const { files, random, tempDir, voice } = this.#options;
    const text = speakable(request.text);
    const path = `${tempDir}/say-${random.uuid()}.wav`;
    const name = voice === "" ? VOICES[languageOf(text, request.language)] : voice;
    // -f -: the text comes by pipe, so that one like "--help" is no option.
    const args = ["-v", name, "-o", path, "--file-format=WAVE", "--data-format=LEI16@22050", "-f", "-"];
    try {
      await callProgram(this.#call, args, signal, new TextEncoder().encode(`${text}\n`));
      const pcm = wavOf("say", await files.read(path));
      return { sampleRate: pcm.sampleRate, chunks: inPieces(pcm) };
    } finally {
      await files.remove(path);
    }
  }
}
