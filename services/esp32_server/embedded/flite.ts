/**
 * Speech by an installed flite, run as a program of its own: English, clearer than espeak-ng's.
 *
 * @module
 */

import type { SpeechRequest } from "../stages.ts";
import { type EngineCard, inPieces, type Speech, type Synthesizer } from "./engine.ts";
import type { VoiceOptions } from "./espeak.ts";
import { callForWav, type ProgramCall } from "./program_call.ts";
import { MAX_SPEECH_BYTES, speakable } from "./speakable.ts";

/** Voices built into flite 2. Any other name would be taken as a file or an address to load a voice from. */
const OWN_VOICES: readonly string[] = ["awb", "awb_time", "kal", "kal16", "rms", "slt"];

const DEFAULT_VOICE = "slt";

/** Runs flite once a sentence. */
export class Flite implements Synthesizer {
  readonly card: EngineCard;
  readonly #call: ProgramCall;
  readonly #voice: string;

  constructor(options: VoiceOptions) {
    this.#call = { ...options, name: "flite", stage: "synthesize", maxOutputBytes: MAX_SPEECH_BYTES };
    this.#voice = options.voice;
    this.card = { name: "flite", ability: "English only", advice: options.advice, status: options.status };
  }

  async speak(request: SpeechRequest, signal: AbortSignal): Promise<Speech> {
    const voice = [request.voice, this.#voice].find((name) => name !== undefined && OWN_VOICES.includes(name)) ?? DEFAULT_VOICE;
    // The word after -t is text whatever it begins with. An empty one would make flite wait for its input.
    const args = ["-voice", voice, "-t", speakable(request.text) || " ", "-o", "/dev/stdout"];
    const pcm = await callForWav(this.#call, args, signal);
    return { sampleRate: pcm.sampleRate, chunks: inPieces(pcm) };
  }
}
