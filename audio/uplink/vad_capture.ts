/**
 * Listening with a VAD: modes auto and realtime. Everything is decided by sample positions; when a packet or a probability arrived plays
 * no part, so a burst after a stall gives the utterances that the same packets in time would have given.
 *
 * @module
 */

import { AppError } from "../../base/errors.ts";
import type { OpusDecoder } from "../opus/codec.ts";
import type { UtteranceEnd } from "../types.ts";
import type { Capture, CaptureContext } from "./capture.ts";
import { type EndpointDecision, Endpointer } from "./endpointer.ts";
import { MAX_VAD_LAG_SAMPLES, SAMPLES_PER_MS, UPLINK_RATE } from "./limits.ts";
import { Timeline } from "./timeline.ts";
import { createUtterance } from "./utterance.ts";
import { VadFeed } from "./vad_feed.ts";

/** Captures utterances: one (auto), or one after the other (realtime). */
export class VadCapture implements Capture {
  readonly #context: CaptureContext;
  readonly #continuous: boolean;
  readonly #timeline = new Timeline();
  readonly #endpointer: Endpointer;
  readonly #feed: VadFeed;
  #decoder: OpusDecoder | undefined;
  /** Where the utterance under way begins. */
  #utteranceStart = 0;
  /** Audio before this belongs to an utterance that was reported. */
  #floor = 0;
  #stopping = false;
  #open = true;

  constructor(context: CaptureContext, options: { readonly continuous: boolean }) {
    this.#context = context;
    this.#continuous = options.continuous;
    this.#endpointer = new Endpointer(context.tuning, context.rhythm);
    this.#feed = new VadFeed(context.vad, {
      window: (start, end, probability) => this.#window(start, end, probability),
      idle: () => {
        if (this.#stopping) this.#finish();
      },
      failed: (error) => this.#context.end({ type: "vad_failed", error }),
    });
  }

  get buffered(): number {
    return this.#timeline.length;
  }

  get lag(): number {
    return this.#feed.lag;
  }

  audio(packet: Uint8Array<ArrayBuffer>): number | undefined {
    const decoder = this.#takeDecoder();
    if (decoder === undefined) return undefined;
    const samples = decode(decoder, packet);
    if (samples === undefined || samples.length === 0) return 0;
    this.#timeline.append(packet, samples.length, samples);
    this.#feed.samples(samples);
    this.#checkLag();
    return samples.length;
  }

  silence(packet: Uint8Array<ArrayBuffer>, length: number): void {
    this.#timeline.append(packet, length);
    this.#feed.silence(length);
    this.#checkLag();
  }

  gap(): void {
    this.#endpointer.gap();
  }

  stop(): void {
    this.#stopping = true;
    // Speech that is certain ends here without waiting for the VAD, unless the VAD may yet find that it ended earlier.
    const { speaking, speechEnd } = this.#endpointer;
    const leastMs = Math.min(this.#context.rhythm.leastMs, this.#context.tuning.minSilenceMs);
    const mayHaveEnded = this.#timeline.end - speechEnd >= leastMs * SAMPLES_PER_MS;
    if (this.#feed.lag === 0 || (speaking && !mayHaveEnded)) this.#finish();
  }

  [Symbol.dispose](): void {
    this.#open = false;
    this.#feed[Symbol.dispose]();
    this.#decoder?.[Symbol.dispose]();
    this.#decoder = undefined;
    this.#timeline.forget(this.#timeline.end);
  }

  /** The decoder of this time of listening; where there is none to be had, listening ends. */
  #takeDecoder(): OpusDecoder | undefined {
    try {
      return this.#decoder ??= this.#context.newDecoder();
    } catch (error) {
      this.#context.end({ type: "vad_failed", error });
      return undefined;
    }
  }

  #window(start: number, end: number, probability: number): void {
    const decision = this.#endpointer.window(start, end, probability);
    if (decision !== undefined) this.#decided(decision);
    if (!this.#open) return;
    const limit = this.#utteranceStart + this.#context.tuning.maxUtteranceMs * SAMPLES_PER_MS;
    if (this.#endpointer.speaking && end >= limit) this.#limit(limit);
    if (!this.#open) return;
    this.#timeline.forget(Math.max(this.#floor, this.#keepFrom(end)));
  }

  #decided(decision: EndpointDecision): void {
    if (decision.type === "discarded") return this.#context.emit({ type: "speech_discarded" });
    if (decision.type === "ended") return this.#ended(decision.speechEnd, decision.position, decision.speechSamples, "silence");
    if (decision.type === "paused") return this.#paused(decision.speechEnd, decision.position, decision.speechSamples);
    if (decision.type === "resumed") return this.#context.emit({ type: "speech_resumed" });
    this.#utteranceStart = Math.max(this.#floor, this.#timeline.borderBefore(this.#keepFrom(decision.start)));
    this.#context.emit({ type: "speech_started", atMs: decision.start / SAMPLES_PER_MS, agoMs: this.#ago(decision.start) });
  }

  /** The earliest sample that an utterance can need whose first speech is not before `position`. */
  #keepFrom(position: number): number {
    return (this.#endpointer.start ?? position) - this.#context.tuning.preRollMs * SAMPLES_PER_MS;
  }

  #limit(position: number): void {
    const decision = this.#endpointer.finish(position);
    if (decision?.type === "ended") this.#ended(decision.speechEnd, position, decision.speechSamples, "limit");
  }

  #finish(): void {
    const decision = this.#endpointer.finish(this.#timeline.end);
    if (decision?.type === "ended") this.#ended(decision.speechEnd, decision.position, decision.speechSamples, "stop");
    else this.#context.end(decision === undefined ? undefined : { type: "speech_discarded" });
  }

  #paused(speechEnd: number, position: number, speechSamples: number): void {
    const utteranceEnd = this.#timeline.borderAfter(position);
    const utterance = createUtterance({
      packets: this.#timeline.between(this.#utteranceStart, utteranceEnd),
      speechSamples,
      trailingSamples: utteranceEnd - speechEnd,
      end: "silence",
      newDecoder: this.#context.newDecoder,
    });
    this.#context.emit({ type: "speech_paused", utterance });
  }

  #ended(speechEnd: number, position: number, speechSamples: number, end: UtteranceEnd): void {
    // Whole packets only. One that was cut by the decision belongs to this utterance, and to the pre-roll of the next as well; at the
    // limit, where there is no silence to share, it belongs to the next alone.
    const last = this.#timeline.borderBefore(position);
    const utteranceEnd = end === "limit" ? last : this.#timeline.borderAfter(position);
    const utterance = createUtterance({
      packets: this.#timeline.between(this.#utteranceStart, utteranceEnd),
      speechSamples,
      trailingSamples: end === "silence" ? utteranceEnd - speechEnd : 0,
      end,
      newDecoder: this.#context.newDecoder,
    });
    this.#floor = last;
    const event = { type: "speech_ended", utterance, agoMs: this.#ago(end === "silence" ? speechEnd : position) } as const;
    if (this.#continuous && end !== "stop") this.#context.emit(event);
    else this.#context.end(event);
  }

  /** Milliseconds from a position to the newest audio. */
  #ago(position: number): number {
    return Math.max(0, this.#timeline.end - position) / SAMPLES_PER_MS;
  }

  #checkLag(): void {
    if (!this.#open || this.#feed.lag <= MAX_VAD_LAG_SAMPLES) return;
    const seconds = MAX_VAD_LAG_SAMPLES / UPLINK_RATE;
    const message = `VAD ${this.#context.vad.name} has not answered for ${seconds} s of audio; it must keep up with its streams`;
    this.#context.end({ type: "vad_failed", error: new AppError(message, { code: "vad_stalled", retryable: true }) });
  }
}

function decode(decoder: OpusDecoder, packet: Uint8Array): Int16Array<ArrayBuffer> | undefined {
  try {
    return decoder.decode(packet);
  } catch {
    // The uplink counts and reports it; the decoder stays usable.
    return undefined;
  }
}
