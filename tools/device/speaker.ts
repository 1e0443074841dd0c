/**
 * Playback as the device does it: the queue drains in real time, nothing is re-timed, an empty queue is a gap.
 *
 * @module
 */

import type { Clock, TimerId } from "../../base/clock.ts";
import { DecodeQueue, type QueuedPacket } from "./queue.ts";

/** A gap shorter than this is rounding of the clock, milliseconds. */
const MIN_GAP_MS = 1;

/** A packet that reached the loudspeaker. */
export interface PlayedPacket {
  readonly packet: Uint8Array<ArrayBuffer>;
  /** Clock time at which it began to sound, milliseconds. */
  readonly startedAtMs: number;
  /** Silence before it within one reply because the queue was empty, milliseconds; 0 without a gap. */
  readonly gapMs: number;
  /** Duration, milliseconds. */
  readonly durationMs: number;
}

/** What the speaker tells its owner. */
export interface SpeakerEvents {
  /** A packet began to sound. */
  onPlayed(played: PlayedPacket): void;
  /** The last queued packet has sounded. */
  onDrained(): void;
}

/** Plays packets of one duration, one after the other. */
export class Speaker {
  readonly #clock: Clock;
  readonly #queue: DecodeQueue;
  readonly #events: SpeakerEvents;
  readonly #timestamps: number[] = [];
  #frameMs = 60;
  #playing: { readonly packet: QueuedPacket; readonly endsAt: number } | undefined;
  #lastEnd: number | undefined;
  #timer: TimerId | undefined;

  constructor(clock: Clock, capacity: number, events: SpeakerEvents) {
    this.#clock = clock;
    this.#queue = new DecodeQueue(capacity);
    this.#events = events;
  }

  /** Duration of a packet from now on, as the server's hello announced it. */
  set frameMs(frameMs: number) {
    this.#frameMs = frameMs;
  }

  /** Packets that wait, the sounding one not counted. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Whether nothing sounds and nothing waits. */
  get silent(): boolean {
    return this.#playing === undefined;
  }

  /** A new reply begins: silence before its first packet is no gap. */
  beginReply(): void {
    this.#lastEnd = undefined;
  }

  /** Takes a packet. False when the queue is full and it is lost. */
  push(packet: Uint8Array<ArrayBuffer>, timestamp: number): boolean {
    this.#catchUp();
    const taken = this.#queue.push({ packet, timestamp, arrivedAt: this.#clock.now() });
    this.#catchUp();
    return taken;
  }

  /** Resets the decoder: what waits is lost, the packet that sounds is cut. Returns how many packets that concerned. */
  flush(): number {
    this.#catchUp();
    const cut = this.#playing === undefined ? 0 : 1;
    this.#playing = undefined;
    this.#lastEnd = undefined;
    this.#timestamps.length = 0;
    this.#disarm();
    return this.#queue.flush() + cut;
  }

  /** The timestamp that the next microphone frame carries for echo cancellation on the server; 0 when nothing plays. */
  takeTimestamp(): number {
    // More than three means that the microphone was off meanwhile: the oldest no longer belong to what it hears.
    if (this.#timestamps.length > 3) {
      this.#timestamps.shift();
      return 0;
    }
    return this.#timestamps.shift() ?? 0;
  }

  /** Plays what should have begun by now, at the times it should have: a timer that fires late loses no time and drops no packet. */
  #catchUp(): void {
    const now = this.#clock.now();
    let drained = false;
    while (this.#playing === undefined || this.#playing.endsAt <= now) {
      if (this.#playing !== undefined) this.#finish(this.#playing);
      const next = this.#queue.shift();
      if (next === undefined) {
        drained = this.#playing !== undefined;
        this.#playing = undefined;
        break;
      }
      this.#begin(next);
    }
    this.#arm();
    if (drained) this.#events.onDrained();
  }

  #begin(next: QueuedPacket): void {
    const startedAtMs = this.#lastEnd === undefined ? next.arrivedAt : Math.max(next.arrivedAt, this.#lastEnd);
    const gap = this.#lastEnd === undefined ? 0 : startedAtMs - this.#lastEnd;
    this.#playing = { packet: next, endsAt: startedAtMs + this.#frameMs };
    this.#events.onPlayed({ packet: next.packet, startedAtMs, gapMs: gap >= MIN_GAP_MS ? gap : 0, durationMs: this.#frameMs });
  }

  #finish(done: { readonly packet: QueuedPacket; readonly endsAt: number }): void {
    this.#lastEnd = done.endsAt;
    if (done.packet.timestamp !== 0) this.#timestamps.push(done.packet.timestamp);
  }

  #arm(): void {
    this.#disarm();
    if (this.#playing === undefined) return;
    this.#timer = this.#clock.setTimeout(() => this.#catchUp(), Math.max(0, this.#playing.endsAt - this.#clock.now()));
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
