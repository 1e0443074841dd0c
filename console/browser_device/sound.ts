/**
 * The sound of the device: the microphone with its encoder, the loudspeaker, and what is counted and measured of both.
 *
 * @module
 */

import { effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Clock } from "../../base/clock.ts";
import { loudness } from "./mic_frames.ts";
import type { CodecKind, CodecNews, Microphone, OpenMicrophone, OpenSpeaker, PlaybackStats, Speaker, UplinkEncoder } from "./ports.ts";
import { TroubleError } from "./trouble.ts";

/** What of sound is counted. */
export interface SoundCounts extends PlaybackStats {
  /** Packets sent. */
  readonly sent: number;
  /** Packets that came while the device spoke. */
  readonly received: number;
  /** Packets that came when it did not, and that it therefore dropped. */
  readonly unheard: number;
  /** The loudest moment of the latest answer as it left the page, root mean square, 0 to 1 of full scale. */
  readonly loudest: number;
}

/** Who encodes and decodes; once that is known. */
export interface Codecs {
  readonly encoder?: CodecKind;
  readonly decoder?: CodecKind;
}

/** How loud microphone and loudspeaker are at this moment, root mean square, 0 to 1 of full scale. */
export interface Levels {
  readonly microphone: number;
  readonly speaker: number;
}

/** What {@link Sound} is made of. */
export interface SoundParts {
  readonly clock: Clock;
  readonly openMicrophone: OpenMicrophone;
  readonly openEncoder: (news: CodecNews<Uint8Array<ArrayBuffer>>) => Promise<UplinkEncoder>;
  readonly openSpeaker: OpenSpeaker;
}

/** What it tells. */
export interface SoundEvents {
  /** What was said, one packet after the other. */
  readonly packet: (packet: Uint8Array<ArrayBuffer>) => void;
  /** The encoder is lost. */
  readonly broken: () => void;
}

/** Between two looks at the loudspeaker while it plays, milliseconds: smooth for the eye. */
const LOOK_MS = 50;

const NOTHING: SoundCounts = {
  sent: 0,
  received: 0,
  unheard: 0,
  loudest: 0,
  bufferedMs: 0,
  playedMs: 0,
  droppedMs: 0,
  underruns: 0,
};

/** The sound of one device. */
export class Sound {
  readonly #parts: SoundParts;
  readonly #events: SoundEvents;
  readonly #volume: Signal<number>;
  readonly #unwatch: () => void;
  readonly #counts = signal(NOTHING);
  readonly #levels = signal<Levels>({ microphone: 0, speaker: 0 });
  readonly #codecs = signal<Codecs>({});
  #ear: { readonly microphone: Microphone; readonly encoder: UplinkEncoder } | undefined;
  #speaker: Speaker | undefined;
  #opening: Promise<Speaker> | undefined;
  #looking = false;
  #closed = false;

  constructor(parts: SoundParts, volume: Signal<number>, events: SoundEvents) {
    this.#parts = parts;
    this.#events = events;
    this.#volume = volume;
    this.#unwatch = effect(() => {
      const { value } = volume;
      this.#speaker?.setVolume(value);
    });
  }

  /** What has been sent and played. */
  get counts(): ReadonlySignal<SoundCounts> {
    return this.#counts;
  }

  /** How loud it is. */
  get levels(): ReadonlySignal<Levels> {
    return this.#levels;
  }

  /** Who encodes and decodes. */
  get codecs(): ReadonlySignal<Codecs> {
    return this.#codecs;
  }

  /** Whether there is a microphone, on or off. */
  get hears(): boolean {
    return this.#ear !== undefined;
  }

  /** Whether what the microphone hears is sent. */
  get microphoneOn(): boolean {
    return this.#ear?.microphone.open === true;
  }

  /** Whether nothing is left to be played. */
  get silent(): boolean {
    return this.#speaker?.silent() ?? true;
  }

  /** Opens the loudspeaker, where that has not been done. Rejects with a {@link TroubleError}. */
  async openSpeaker(): Promise<void> {
    if (this.#speaker !== undefined) return;
    // Somebody who presses twice has one loudspeaker.
    const opening = this.#opening ??= this.#parts.openSpeaker(this.#volume.peek(), (playback) => this.#count(playback));
    try {
      const speaker = this.#speaker = await opening;
      speaker.setVolume(this.#volume.peek());
      this.#codecs.value = { ...this.#codecs.peek(), decoder: speaker.codec };
      if (this.#closed) this.close();
    } finally {
      this.#opening = undefined;
    }
  }

  /** Opens the microphone, off, where that has not been done. Rejects with a {@link TroubleError}; `aborted` gives it back at once. */
  async openMicrophone(aborted: AbortSignal): Promise<void> {
    if (this.#ear !== undefined) return;
    let encoder: UplinkEncoder | undefined;
    const microphone = await this.#parts.openMicrophone((frame) => {
      this.#levels.value = { ...this.#levels.peek(), microphone: loudness(frame) };
      encoder?.encode(frame);
    });
    try {
      encoder = await this.#parts.openEncoder({ done: (packet) => this.#spoken(packet), failed: this.#events.broken });
    } catch (error) {
      microphone.close();
      throw new TroubleError("no_codec", "", error);
    }
    if (aborted.aborted) {
      microphone.close();
      return encoder.close();
    }
    this.#ear = { microphone, encoder };
    this.#codecs.value = { ...this.#codecs.peek(), encoder: encoder.kind };
  }

  /** Turns the microphone on or off. */
  listen(on: boolean): void {
    if (this.#ear !== undefined) this.#ear.microphone.open = on;
    if (!on) this.#levels.value = { ...this.#levels.peek(), microphone: 0 };
  }

  /** Gives the microphone back to the browser, so that nobody wonders whether it still hears. */
  giveBack(): void {
    this.listen(false);
    this.#ear?.microphone.close();
    this.#ear?.encoder.close();
    this.#ear = undefined;
  }

  /** Plays a packet. */
  play(packet: Uint8Array<ArrayBuffer>): void {
    this.#count({ received: this.#counts.peek().received + 1 });
    if (packet.length > 0) this.#speaker?.play(packet);
  }

  /** Drops a packet that came when nobody was to speak. */
  drop(): void {
    this.#count({ unheard: this.#counts.peek().unheard + 1 });
  }

  /** Throws away what waits to be played. */
  flush(): void {
    this.#speaker?.flush();
  }

  /** Measures the loudspeaker anew, for as long as `speaking` holds or something is left to be played. */
  measure(speaking: () => boolean): void {
    this.#count({ loudest: 0 });
    if (this.#looking || this.#speaker === undefined) return;
    this.#looking = true;
    const look = () => {
      const level = this.#speaker?.level() ?? 0;
      if (level > this.#counts.peek().loudest) this.#count({ loudest: level });
      this.#looking = this.#speaker !== undefined && (speaking() || !this.silent);
      this.#levels.value = { ...this.#levels.peek(), speaker: this.#looking ? level : 0 };
      if (this.#looking) this.#parts.clock.setTimeout(look, LOOK_MS);
    };
    look();
  }

  /** Gives everything back, for good. */
  close(): void {
    this.#closed = true;
    this.giveBack();
    this.#unwatch();
    this.#speaker?.close();
    this.#speaker = undefined;
  }

  #spoken(packet: Uint8Array<ArrayBuffer>): void {
    this.#count({ sent: this.#counts.peek().sent + 1 });
    this.#events.packet(packet);
  }

  #count(more: Partial<SoundCounts>): void {
    this.#counts.value = { ...this.#counts.peek(), ...more };
  }
}
