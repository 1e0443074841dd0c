/**
 * Sentences as a device's microphone sends them.
 *
 * @module
 */

import { loadOpus } from "../../audio/opus/libopus.ts";
import { encodeWav } from "../../audio/wav.ts";
import { encodeSpeech } from "../../tools/device/speech_file.ts";
import { speak, SPEECH_RATE } from "../support/speech.ts";

/** A sentence in packets of 60 ms, said by flite. Ask `needs("flite")` first. */
export async function utterance(text: string): Promise<Uint8Array<ArrayBuffer>[]> {
  const samples = await speak({ program: "flite", voice: "rms", text });
  return await encodeSpeech(encodeWav({ sampleRate: SPEECH_RATE, samples }), await loadOpus());
}
