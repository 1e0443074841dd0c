/**
 * What the uplink does with audio between `listen()` and the end of listening; one implementation where a VAD decides, one where the
 * device does.
 *
 * @module
 */

import type { OpusDecoder } from "../opus/codec.ts";
import type { VadEngine } from "../vad/engine.ts";
import type { UplinkEvent } from "./events.ts";
import type { Rhythm } from "./rhythm.ts";
import type { UplinkTuning } from "./tuning.ts";

/** What a capture works with. */
export interface CaptureContext {
  readonly newDecoder: () => OpusDecoder;
  readonly vad: VadEngine;
  readonly tuning: UplinkTuning;
  /** Learns from every pause. */
  readonly rhythm: Rhythm;
  /** Whether utterances are decoded while they come, also where no VAD needs it. */
  readonly decodeAhead: boolean;
  /** Reports an event and goes on listening. */
  emit(event: UplinkEvent): void;
  /** Ends listening and reports a last event, if there is one. The capture is disposed of before the event is heard. */
  end(event?: UplinkEvent): void;
}

/** One time of listening. Disposed of, it reports nothing any more. */
export interface Capture extends Disposable {
  /** Samples held. */
  readonly buffered: number;
  /** Samples that wait for the VAD. */
  readonly lag: number;
  /**
   * Takes a packet with audio in it.
   *
   * @returns Its length in samples; 0 for a packet that is no Opus; `undefined` where it could not be looked at, which ends listening.
   */
  audio(packet: Uint8Array<ArrayBuffer>): number | undefined;
  /** Takes a packet that stands for `length` samples of silence. */
  silence(packet: Uint8Array<ArrayBuffer>, length: number): void;
  /** Time has passed for which there are no packets. */
  gap(): void;
  /** Ends listening as soon as everything taken so far has been judged. Nothing is taken after it. */
  stop(): void;
}
