/**
 * Speech by an installed espeak-ng, run as a program of its own: Chinese and English, robotic, quick (25 ms for 3 s of speech).
 *
 * @module
 */

import type { SpeechRequest } from "../stages.ts";
import { type EngineCard, inPieces, type Speech, type Synthesizer } from "./engine.ts";
import { callForWav, type ProgramCall } from "./program_call.ts";
import { MAX_SPEECH_BYTES, speakable } from "./speakable.ts";
import { languageOf, type SpokenLanguage } from "./text_language.ts";

// The voice `cmn` reads characters as English letters in espeak-ng 1.51; the pinyin one speaks them.
const VOICES: Readonly<Record<SpokenLanguage, string>> = { zh: "cmn-latn-pinyin", en: "en-us" };

/** Names of espeak-ng's own voices, such as `en-us+f3`. Others, such as `zh-CN-XiaoxiaoNeural` and paths, are not handed on. */
const OWN_VOICE = /^[a-z]{2,3}(-[a-z0-9]+)*(\+[A-Za-z0-9]+)?$/;

/** What a program voice is made with. */
export interface VoiceOptions extends Pick<ProgramCall, "programs" | "clock" | "path" | "timeoutMs"> {
  /** Voice where the request names none; empty for the language's own. */
  readonly voice: string;
  /** How to get a better voice. */
  readonly advice: string;
  /** `warn` where something else was configured. */
  readonly status: EngineCard["status"];
}

/** Runs espeak-ng once a sentence. */
export class Espeak implements Synthesizer {
  readonly card: EngineCard;
  readonly #call: ProgramCall;
  readonly #voice: string;

  constructor(options: VoiceOptions) {
    this.#call = { ...options, name: "espeak-ng", stage: "synthesize", maxOutputBytes: MAX_SPEECH_BYTES };
    this.#voice = options.voice;
    this.card = { name: "espeak-ng", ability: "Chinese and English, a robotic test voice", advice: options.advice, status: options.status };
  }

  async speak(request: SpeechRequest, signal: AbortSignal): Promise<Speech> {
    const text = speakable(request.text);
    const language = languageOf(text, request.language);
    const voice = [request.voice, this.#voice].find((name) => name !== undefined && fits(name, language)) ?? VOICES[language];
    // -b 1: the text is UTF-8 whatever the locale says. The text comes by pipe, so that one like "--help" is no option.
    const args = ["--stdin", "--stdout", "-b", "1", "-v", voice];
    const pcm = await callForWav(this.#call, args, signal, new TextEncoder().encode(`${text}\n`));
    return { sampleRate: pcm.sampleRate, chunks: inPieces(pcm) };
  }
}

/** A Chinese voice cannot read English letters and the other way round; voices of other languages are taken as asked for. */
function fits(voice: string, language: SpokenLanguage): boolean {
  if (!OWN_VOICE.test(voice)) return false;
  const chinese = /^(zh|cmn|yue|hak)\b/.test(voice);
  return language === "zh" ? chinese : !chinese;
}
