/**
 * Push-to-talk: the device says when speech begins and ends. No VAD runs; the utterance keeps the packets. Where samples will be asked for,
 * each packet is decoded when it comes, so that nothing is left to do when the person has finished.
 *
 * @module
 */

import type { OpusDecoder } from "../opus/codec.ts";
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
  #decoder: OpusDecoder | undefined;

  constructor(context: CaptureContext) {
    this.#context = context;
  }

  get buffered(): number {
    return this.#timeline.length;
  }

  audio(packet: Uint8Array<ArrayBuffer>): number {
    const length = packetSamples(packet, UPLINK_RATE);
    if (length > 0) this.#take(packet, length, this.#context.decodeAhead ? this.#decode(packet) : undefined);
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
    this.#decoder?.[Symbol.dispose]();
    this.#decoder = undefined;
    this.#timeline.forget(this.#timeline.end);
  }

  /** The samples of a packet; `undefined` where they cannot be had now, which leaves it to the utterance's `pcm()`. */
  #decode(packet: Uint8Array<ArrayBuffer>): Int16Array<ArrayBuffer> | undefined {
    try {
      this.#decoder ??= this.#context.newDecoder();
      return this.#decoder.decode(packet);
    } catch {
      return undefined;
    }
  }

  #take(packet: Uint8Array<ArrayBuffer>, length: number, samples?: Int16Array<ArrayBuffer>): void {
    const limit = this.#context.tuning.maxUtteranceMs * SAMPLES_PER_MS;
    if (this.#timeline.end + length > limit) return this.#finish("limit");
    this.#timeline.append(packet, length, samples);
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
