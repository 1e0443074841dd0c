/**
 * Push-to-talk: the device says when speech begins and ends. Nothing is decoded and no VAD runs; the utterance keeps the packets.
 *
 * @module
 */

import { packetSamples } from "../toc.ts";
import type { UtteranceEnd } from "../types.ts";
import type { Capture, CaptureContext } from "./capture.ts";
import { SAMPLES_PER_MS, UPLINK_RATE } from "./limits.ts";
import { Timeline } from "./timeline.ts";
import { createUtterance } from "./utterance.ts";

/** Captures from `listen start` to `listen stop`. */
export class ManualCapture implements Capture {
  readonly lag = 0;
  readonly #context: CaptureContext;
  readonly #timeline = new Timeline();
  #started = false;

  constructor(context: CaptureContext) {
    this.#context = context;
  }

  get buffered(): number {
    return this.#timeline.length;
  }

  audio(packet: Uint8Array<ArrayBuffer>): number {
    const length = packetSamples(packet, UPLINK_RATE);
    if (length > 0) this.#take(packet, length);
    return length;
  }

  silence(packet: Uint8Array<ArrayBuffer>, length: number): void {
    this.#take(packet, length);
  }

  gap(): void {}

  stop(): void {
    this.#finish("stop");
  }

  [Symbol.dispose](): void {
    this.#timeline.forget(this.#timeline.end);
  }

  #take(packet: Uint8Array<ArrayBuffer>, length: number): void {
    const limit = this.#context.tuning.maxUtteranceMs * SAMPLES_PER_MS;
    if (this.#timeline.end + length > limit) return this.#finish("limit");
    this.#timeline.append(packet, length);
    if (this.#started) return;
    this.#started = true;
    this.#context.emit({ type: "speech_started", atMs: 0, agoMs: 0 });
  }

  #finish(end: UtteranceEnd): void {
    const packets = this.#timeline.between(0, this.#timeline.end);
    const { newDecoder } = this.#context;
    const utterance = createUtterance({ packets, speechSamples: 0, trailingSamples: 0, end, newDecoder });
    this.#context.end({ type: "speech_ended", utterance, agoMs: 0 });
  }
}
