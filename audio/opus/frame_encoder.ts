/**
 * From a synthesiser's audio to packets that the device takes.
 *
 * @module
 */

import type { DownlinkFormat, SpeechAudio } from "../types.ts";

/** How a stretch of speech is encoded. */
export interface EncodeOptions {
  readonly signal: AbortSignal;
  /**
   * Milliseconds until the first packet is wanted, such as the audio that stands before it; 0 by default. What is wanted first is encoded
   * first.
   */
  readonly slackMs?: number;
}

/** Turns speech into packets of the downlink format, away from the main thread. */
export interface FrameEncoder extends AsyncDisposable {
  /**
   * Packets of exactly `format.frameMs`; the last one is filled up with silence. Encoding runs only a bounded stretch ahead of the
   * consumer.
   *
   * @throws The signal's reason after an abort; what the audio's own iterator throws.
   */
  encode(audio: SpeechAudio, format: DownlinkFormat, options: EncodeOptions): AsyncIterable<Uint8Array<ArrayBuffer>>;
}
