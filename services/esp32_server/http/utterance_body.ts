/**
 * An utterance as a request body.
 *
 * @module
 */

import { writeOggOpus } from "../../../audio/ogg/mod.ts";
import type { Utterance } from "../../../audio/types.ts";
import { encodeWav } from "../../../audio/wav.ts";

/** WAV 16 kHz mono, or the device's own packets in Ogg: a tenth of the size and nothing to decode. */
export function utteranceBody(
  utterance: Utterance,
  format: "wav" | "ogg",
): { readonly body: Uint8Array<ArrayBuffer>; readonly contentType: string } {
  if (format === "ogg" && utterance.packets.length > 0) {
    return { body: writeOggOpus({ packets: utterance.packets, inputSampleRate: utterance.sampleRate }), contentType: "audio/ogg" };
  }
  return { body: encodeWav({ sampleRate: utterance.sampleRate, samples: utterance.pcm() }), contentType: "audio/wav" };
}
