/**
 * The microphone: one packet each 60 ms while it is on, speech when a person speaks, the short packets of DTX when nobody does.
 *
 * @module
 */

import type { Clock, TimerId } from "../../base/clock.ts";

/** Duration of an uplink packet, fixed in the firmware (main/audio/audio_service.h), milliseconds. */
export const UPLINK_FRAME_MS = 60;

/** How long the microphone takes to start (main/audio/audio_service.cc), milliseconds. */
const WARM_UP_MS = 120;

/** 60 ms of silence as DTX encodes it, 1 to 3 bytes: one wideband SILK frame without data, or three of 20 ms (RFC 6716 section 3.2). */
const SILENCE: readonly Uint8Array<ArrayBuffer>[] = [
  Uint8Array.of(0x58),
  Uint8Array.of(0x4b, 0x03),
  Uint8Array.of(0x4b, 0x43, 0x00),
];

/** What the microphone tells its owner. */
export interface MicrophoneEvents {
  /** A packet was recorded. */
  onFrame(packet: Uint8Array<ArrayBuffer>): void;
  /** The person has said all packets given to `speak`; `heard` of the `said` while the microphone was on. */
  onSpeechEnd(said: number, heard: number): void;
}

interface Piece {
  /** Packets of speech, or silence of that many frames. */
  readonly packets: readonly Uint8Array<ArrayBuffer>[] | undefined;
  left: number;
  heard: number;
  readonly done: () => void;
}

/** A person in front of a microphone, at 60 ms a packet. */
export class Microphone {
  readonly #clock: Clock;
  readonly #events: MicrophoneEvents;
  readonly #pieces: Piece[] = [];
  #timer: TimerId | undefined;
  #nextAt = 0;
  #on = false;
  #frames = 0;

  constructor(clock: Clock, events: MicrophoneEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  /** Whether it records. */
  get on(): boolean {
    return this.#on;
  }

  /** Starts recording; the first packet is complete after the warm-up. Speech that is waiting waits for that. */
  start(): void {
    if (this.#on) return;
    this.#on = true;
    this.#arm(WARM_UP_MS + UPLINK_FRAME_MS);
  }

  /** Stops recording. A person who is speaking speaks on, unheard. */
  stop(): void {
    if (!this.#on) return;
    this.#on = false;
    if (this.#pieces.length === 0) this.#disarm();
  }

  /** The person says `packets`, after what was given before. Resolves when the last one is said. */
  speak(packets: readonly Uint8Array<ArrayBuffer>[]): Promise<void> {
    return this.#add(packets, packets.length);
  }

  /** The person is silent for `ms`, after what was given before. Resolves when that time is over. */
  silence(ms: number): Promise<void> {
    return this.#add(undefined, Math.ceil(ms / UPLINK_FRAME_MS));
  }

  /** The person falls silent and the device is switched off: no timer is left. */
  reset(): void {
    this.#on = false;
    this.#disarm();
    for (const piece of this.#pieces.splice(0)) piece.done();
  }

  #add(packets: readonly Uint8Array<ArrayBuffer>[] | undefined, left: number): Promise<void> {
    if (left === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#pieces.push({ packets, left, heard: 0, done: resolve });
      if (this.#timer === undefined) this.#arm(UPLINK_FRAME_MS);
    });
  }

  #arm(ms: number): void {
    this.#disarm();
    this.#nextAt = this.#clock.now() + ms;
    this.#timer = this.#clock.setTimeout(() => this.#tick(), ms);
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    this.#timer = undefined;
    const piece = this.#pieces[0];
    const packet = piece?.packets?.[piece.packets.length - piece.left] ?? SILENCE[this.#frames++ % SILENCE.length]!;
    if (this.#on) this.#events.onFrame(packet);
    if (piece !== undefined) this.#consume(piece);
    // The callbacks may have stopped or restarted the microphone.
    if (this.#timer !== undefined || (!this.#on && this.#pieces.length === 0)) return;
    // Due times are absolute, so a late timer does not slow the microphone down.
    this.#nextAt += UPLINK_FRAME_MS;
    this.#timer = this.#clock.setTimeout(() => this.#tick(), Math.max(0, this.#nextAt - this.#clock.now()));
  }

  #consume(piece: Piece): void {
    piece.left--;
    if (this.#on) piece.heard++;
    if (piece.left > 0) return;
    this.#pieces.shift();
    if (piece.packets !== undefined) this.#events.onSpeechEnd(piece.packets.length, piece.heard);
    piece.done();
  }
}
