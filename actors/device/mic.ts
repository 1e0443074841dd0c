/**
 * The microphone of a device, as the chart switches it.
 *
 * @module
 */

import type { OpusDecoder } from "../../audio/opus/codec.ts";
import { packetDurationMs } from "../../audio/toc.ts";
import type { UplinkEvent } from "../../audio/uplink/events.ts";
import type { Rhythm } from "../../audio/uplink/rhythm.ts";
import { Uplink } from "../../audio/uplink/uplink.ts";
import type { VadEngine } from "../../audio/vad/engine.ts";
import type { Clock, TimerId } from "../../base/clock.ts";
import type { ListenMode } from "../../protocol/mod.ts";
import type { DeviceSettings } from "./settings.ts";

/**
 * Speech that stops arriving altogether is over: a device that sends silence sends DTX packets for it. Above the longest burst gap that a
 * stalled main loop causes (2.4 s of uplink queue, firmware `main/audio/audio_service.h`).
 */
const SPEECH_GAP_MS = 3000;

/** A device that sends nothing for this long was not recording: well above the jitter of a network that conversations are held over. */
const GAP_MS = 900;

/** What a device sends this long after a reply cannot be echo of it, however little it sent meanwhile. */
const ECHO_PATIENCE_MS = 1000;

/** Length of a packet that does not say it: the firmware's 60 ms. */
const USUAL_PACKET_MS = 60;

/** What the microphone needs. */
export interface MicOptions {
  readonly clock: Clock;
  /** Makes a fresh 16 kHz decoder. */
  readonly newDecoder: () => OpusDecoder;
  readonly vad: VadEngine;
  readonly settings: DeviceSettings;
  /** The person's pauses, where they are known from before. */
  readonly rhythm: Rhythm | undefined;
  readonly onEvent: (event: UplinkEvent) => void;
  /** Called when no frame came for too long while the microphone should be sending. */
  readonly onSilent: () => void;
}

/** An uplink, and the watch over whether anything arrives at all. */
export class Mic implements Disposable {
  readonly #options: MicOptions;
  readonly #uplink: Uplink;
  #open = false;
  #speaking = false;
  #lastFrameAt = 0;
  /** Milliseconds of audio still to be ignored, and until when. */
  #deafMs = 0;
  #deafUntil = 0;
  #timer: TimerId | undefined;

  constructor(options: MicOptions) {
    this.#options = options;
    const { newDecoder, vad, settings, rhythm } = options;
    this.#uplink = new Uplink({
      newDecoder,
      vad,
      tuning: settings.uplink,
      decodeAhead: settings.decodeAhead,
      ...(rhythm === undefined ? {} : { rhythm }),
      onEvent: (event) => {
        if (event.type === "speech_started") this.#speaking = true;
        if (event.type === "speech_ended") this.#speaking = false;
        options.onEvent(event);
      },
    });
  }

  /** Forgets everything and listens; the next `deafMs` milliseconds of audio are ignored. */
  open(mode: ListenMode, deafMs: number = 0): void {
    this.#open = true;
    this.#speaking = false;
    this.#lastFrameAt = this.#options.clock.now();
    this.#deafMs = deafMs;
    this.#deafUntil = this.#lastFrameAt + ECHO_PATIENCE_MS;
    this.#uplink.listen(mode);
    this.#watch();
  }

  /** Listens, where it does not already. In `auto` an utterance ends the listening by itself, so that it begins anew. */
  resume(mode: ListenMode, deafMs: number = 0): void {
    if (!this.#open || mode !== "realtime") this.open(mode, deafMs);
  }

  /** Ignores frames from now on. */
  close(): void {
    this.#open = false;
    this.#speaking = false;
    this.#uplink.pause();
    this.#unwatch();
  }

  /** Ends the utterance under way. */
  endSpeech(): void {
    this.#uplink.stop();
  }

  /** Milliseconds of silence that end an utterance now. */
  get silenceMs(): number {
    return this.#uplink.stats().silenceMs;
  }

  /** Takes a packet. */
  push(packet: Uint8Array<ArrayBuffer>): void {
    const now = this.#options.clock.now();
    if (now - this.#lastFrameAt > GAP_MS) this.#uplink.gap();
    this.#lastFrameAt = now;
    if (this.#deafMs > 0 && now < this.#deafUntil) this.#deafMs -= packetDurationMs(packet) || USUAL_PACKET_MS;
    else this.#uplink.push(packet);
  }

  [Symbol.dispose](): void {
    this.close();
    this.#uplink[Symbol.dispose]();
  }

  /** Looks again when the gap would be too long if no frame came until then: a timer a frame would cost more than the frame. */
  #watch(): void {
    this.#unwatch();
    const { clock, settings, onSilent } = this.#options;
    const silentMs = clock.now() - this.#lastFrameAt;
    this.#timer = clock.setTimeout(() => {
      const now = clock.now();
      const silent = now - this.#lastFrameAt >= (this.#speaking ? SPEECH_GAP_MS : settings.silentMicMs);
      if (silent) this.#lastFrameAt = now;
      this.#watch();
      if (silent) onSilent();
    }, silentMs < SPEECH_GAP_MS ? SPEECH_GAP_MS - silentMs : SPEECH_GAP_MS);
  }

  #unwatch(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
