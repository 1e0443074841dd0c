/**
 * From the device's Opus packets to utterances: silence without decoding, decoding, pre-roll, VAD and endpointing for one device.
 *
 * @module
 */

import type { OpusDecoder } from "../opus/codec.ts";
import { packetDurationMs, packetSamples } from "../toc.ts";
import type { VadEngine } from "../vad/engine.ts";
import type { Capture, CaptureContext } from "./capture.ts";
import type { UplinkEvent, UplinkStats } from "./events.ts";
import { DTX_MAX_BYTES, MAX_BYTES_PER_MS, MAX_HEADER_BYTES, SAMPLES_PER_MS, UPLINK_RATE, USUAL_PACKET_SAMPLES } from "./limits.ts";
import { ManualCapture } from "./manual_capture.ts";
import { Rhythm } from "./rhythm.ts";
import { resolveUplinkTuning, type UplinkTuning } from "./tuning.ts";
import { VadCapture } from "./vad_capture.ts";

/** Who decides when an utterance ends: the VAD once (auto), the device (manual), or the VAD again and again (realtime). */
export type UplinkMode = "auto" | "manual" | "realtime";

/** Options of {@link Uplink}. */
export interface UplinkOptions {
  /** Makes a 16 kHz mono decoder in its initial state. The uplink disposes of what it was given. */
  readonly newDecoder: () => OpusDecoder;
  /** The VAD, shared by all devices; not disposed of here. */
  readonly vad: VadEngine;
  /** Settings; the defaults for those left out. */
  readonly tuning?: Partial<UplinkTuning>;
  /** The person's pauses as they are known from before; by default nothing is known. It goes on learning. */
  readonly rhythm?: Rhythm;
  /** Whether an utterance is decoded while it comes where no VAD needs it: for who will ask for its samples. @default {false} */
  readonly decodeAhead?: boolean;
  /** Hears every event. May call the uplink's methods; must not throw. */
  readonly onEvent: (event: UplinkEvent) => void;
}

/** The uplink of one device. It does not listen until told to, and holds a bounded amount of audio whatever is pushed. */
export class Uplink implements Disposable {
  readonly #options: UplinkOptions;
  readonly #tuning: UplinkTuning;
  readonly #rhythm: Rhythm;
  #capture: Capture | undefined;
  /** Set while a capture judges its last audio: it takes no more packets. */
  #stopping = false;
  #packetSamples = USUAL_PACKET_SAMPLES;
  #consecutive = 0;
  readonly #counts = { packets: 0, ignored: 0, dtx: 0, empty: 0, undecodable: 0, utterances: 0, discarded: 0 };

  /** @throws AppError with code `uplink_tuning_invalid`. */
  constructor(options: UplinkOptions) {
    this.#options = options;
    this.#tuning = resolveUplinkTuning(options.tuning);
    this.#rhythm = options.rhythm ?? new Rhythm(this.#tuning);
  }

  /** Forgets everything heard before and listens. */
  listen(mode: UplinkMode): void {
    this.pause();
    const context: CaptureContext = {
      newDecoder: this.#options.newDecoder,
      vad: this.#options.vad,
      tuning: this.#tuning,
      rhythm: this.#rhythm,
      decodeAhead: this.#options.decodeAhead ?? false,
      emit: (event) => this.#emit(event),
      end: (event) => {
        this.pause();
        if (event !== undefined) this.#emit(event);
      },
    };
    this.#capture = mode === "manual" ? new ManualCapture(context) : new VadCapture(context, { continuous: mode === "realtime" });
  }

  /**
   * The device has stopped recording. In manual mode this ends the utterance, even an empty one. Otherwise it ends the utterance under way;
   * where none is, it pauses as soon as the VAD has judged the audio that came before, which may yet make one. Packets that follow are
   * ignored.
   */
  stop(): void {
    if (this.#capture === undefined || this.#stopping) return;
    this.#stopping = true;
    this.#capture.stop();
  }

  /**
   * The device has sent nothing for a while, not even silence. Utterances are what they are without this; it only keeps the person's rhythm
   * from being learned wrong.
   */
  gap(): void {
    this.#capture?.gap();
  }

  /** Stops listening and forgets everything heard; nothing is reported. Packets are ignored until `listen()`. */
  pause(): void {
    this.#capture?.[Symbol.dispose]();
    this.#capture = undefined;
    this.#stopping = false;
    this.#consecutive = 0;
  }

  /** Takes a packet as the device sent it. The packet is kept, not copied: the caller must not change it. */
  push(packet: Uint8Array<ArrayBuffer>): void {
    this.#counts.packets++;
    if (this.#capture === undefined || this.#stopping) {
      this.#counts.ignored++;
      return;
    }
    if (packet.length === 0) {
      this.#counts.empty++;
      return;
    }
    if (packet.length <= DTX_MAX_BYTES) {
      this.#counts.dtx++;
      // Its own word counts where it can be read; else it stands for as much as the device's packets usually do.
      return this.#capture.silence(packet, packetSamples(packet, UPLINK_RATE) || this.#packetSamples);
    }
    const fits = packet.length <= packetDurationMs(packet) * MAX_BYTES_PER_MS + MAX_HEADER_BYTES;
    const length = fits ? this.#capture.audio(packet) : 0;
    if (length === undefined) return;
    if (length > 0) {
      this.#packetSamples = length;
      this.#consecutive = 0;
      return;
    }
    this.#counts.undecodable++;
    this.#consecutive++;
    this.#emit({ type: "undecodable", consecutive: this.#consecutive });
  }

  /** Counts since the uplink was made, and its present state. */
  stats(): UplinkStats {
    return {
      ...this.#counts,
      listening: this.#capture !== undefined && !this.#stopping,
      bufferedMs: (this.#capture?.buffered ?? 0) / SAMPLES_PER_MS,
      vadLagMs: (this.#capture?.lag ?? 0) / SAMPLES_PER_MS,
      silenceMs: this.#rhythm.silenceMs,
    };
  }

  /** The same as {@link pause}: a disposed uplink holds nothing. */
  [Symbol.dispose](): void {
    this.pause();
  }

  #emit(event: UplinkEvent): void {
    if (event.type === "speech_ended") this.#counts.utterances++;
    if (event.type === "speech_discarded") this.#counts.discarded++;
    this.#options.onEvent(event);
  }
}
