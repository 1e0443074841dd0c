/**
 * Goes through a recording: step by step, or at the pace at which it was recorded.
 *
 * @module
 */

import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { Clock, TimerId } from "../../base/clock.ts";
import type { RecordLine } from "../../services/recorder/read.ts";
import { type Breakpoint, keyOf, nextStop } from "./breakpoints.ts";

/** How much faster than it happened. */
export const SPEEDS = [0.25, 0.5, 1, 2, 5, 10, 20, 50] as const;
/** Between two moments while it plays, milliseconds: lively, and cheap on a phone. */
const TICK_MS = 100;

/** What a {@link Player} plays. */
export interface Playable {
  /** Position behind the last record. */
  readonly end: number;
  record(at: number): RecordLine | undefined;
}

/** Plays a recording. */
export class Player implements Disposable {
  readonly #clock: Clock;
  readonly #recording: Playable;
  readonly #position = signal(0);
  readonly #nowUs = signal(0);
  readonly #playing = signal(false);
  readonly #stopped = signal<Breakpoint | undefined>(undefined);
  #timer: TimerId | undefined;
  #tickedAt = 0;
  /** How much faster than it happened. */
  readonly speed = signal(1);
  /** Where it stops. */
  readonly breakpoints = signal<readonly Breakpoint[]>([]);

  constructor(clock: Clock, recording: Playable) {
    this.#clock = clock;
    this.#recording = recording;
    this.#nowUs.value = this.#timeOf(0);
  }

  /** Position of the record that happened last. */
  get position(): ReadonlySignal<number> {
    return this.#position;
  }

  /** The time that it is in the recording, microseconds: goes on between records while it plays. */
  get nowUs(): ReadonlySignal<number> {
    return this.#nowUs;
  }

  get playing(): ReadonlySignal<boolean> {
    return this.#playing;
  }

  /** The breakpoint at which it stopped; undefined once it goes on. */
  get stopped(): ReadonlySignal<Breakpoint | undefined> {
    return this.#stopped;
  }

  /** Goes to a position. */
  go(position: number): void {
    this.pause();
    this.#stopped.value = undefined;
    this.#put(position);
  }

  /** Goes to the last record that had happened at a time, microseconds. */
  goToTime(us: number): void {
    let [low, high] = [0, Math.max(0, this.#recording.end - 1)];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#timeOf(middle) <= us) low = middle;
      else high = middle - 1;
    }
    this.go(low);
    this.#nowUs.value = Math.max(us, this.#timeOf(low));
  }

  /** Goes some records on, or back. */
  step(by: number): void {
    this.go(this.#position.peek() + by);
  }

  /** Goes to the next step of a machine, or the one before. */
  stepChange(direction: 1 | -1): void {
    let at = this.#position.peek() + direction;
    while (this.#recording.record(at) !== undefined && this.#recording.record(at)?.kind !== "step") at += direction;
    this.go(at);
  }

  /** Goes to the next record at which a breakpoint waits, or to the end. */
  run(): void {
    const last = this.#recording.end - 1;
    const stop = this.#nextStop(this.#position.peek(), last);
    this.go(stop ?? last);
    if (stop !== undefined) this.#say(stop);
  }

  /** Plays from where it is, from the beginning where it is at the end. */
  play(): void {
    if (this.#playing.peek()) return;
    if (this.#position.peek() >= this.#recording.end - 1) this.#put(0);
    this.#stopped.value = undefined;
    this.#playing.value = true;
    this.#tickedAt = this.#clock.now();
    this.#arm();
  }

  pause(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#playing.value = false;
  }

  /** Adds a breakpoint, or takes it away where it is there. */
  toggle(breakpoint: Breakpoint): void {
    const rest = this.breakpoints.peek().filter((each) => keyOf(each) !== keyOf(breakpoint));
    this.breakpoints.value = rest.length < this.breakpoints.peek().length ? rest : [...rest, breakpoint];
  }

  [Symbol.dispose](): void {
    this.pause();
  }

  #arm(): void {
    this.#timer = this.#clock.setTimeout(() => batch(() => this.#tick()), TICK_MS);
  }

  #tick(): void {
    const at = this.#clock.now();
    const now = this.#nowUs.peek() + (at - this.#tickedAt) * 1000 * this.speed.peek();
    this.#tickedAt = at;
    const from = this.#position.peek();
    let to = from;
    while (to + 1 < this.#recording.end && this.#timeOf(to + 1) <= now) to++;
    const stop = this.#nextStop(from, to);
    if (stop !== undefined) {
      this.go(stop);
      return this.#say(stop);
    }
    this.#position.value = to;
    if (to + 1 >= this.#recording.end) return this.go(to);
    this.#nowUs.value = now;
    this.#arm();
  }

  #nextStop(from: number, until: number): number | undefined {
    return nextStop(this.breakpoints.peek(), (at) => this.#recording.record(at), from, until);
  }

  #say(at: number): void {
    const record = this.#recording.record(at);
    this.#stopped.value = this.breakpoints.peek().find((each) =>
      record !== undefined && nextStop([each], () => record, at - 1, at) !== undefined
    );
  }

  #put(position: number): void {
    const at = Math.max(0, Math.min(position, this.#recording.end - 1));
    this.#position.value = at;
    this.#nowUs.value = this.#timeOf(at);
  }

  #timeOf(at: number): number {
    return this.#recording.record(at)?.t ?? 0;
  }
}
