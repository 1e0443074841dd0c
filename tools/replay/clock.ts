/**
 * The time of a replay: it stands still until the recording says otherwise.
 *
 * @module
 */

import type { Clock, TimerId } from "../../base/clock.ts";

/**
 * How late a timer may have fired, milliseconds: a loop that was busy fires it after what came meanwhile. A timer that did not fire for
 * longer than this in the recording, and is armed now, is one that was not armed then.
 */
const LATE_MS = 250;
/** Timers may fire this much before they are due, milliseconds: delays are cut to whole milliseconds. */
const EARLY_MS = 2;

interface Timer {
  readonly due: number;
  /** Type of the event that it sends. */
  readonly type: string;
  readonly callback: () => void;
}

/** A clock whose timers fire when they did in the recording, and otherwise when they are overdue. */
export class ReplayClock implements Clock {
  readonly #timers = new Map<number, Timer>();
  readonly #epoch: number;
  readonly #nameTimer: () => string;
  #now = 0;
  #ids = 0;

  /** `nameTimer` is asked, while a timer is being armed, for the type of the event that it will send. */
  constructor(epoch: number, nameTimer: () => string) {
    this.#epoch = epoch;
    this.#nameTimer = nameTimer;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#epoch + this.#now;
  }

  setTimeout(callback: () => void, ms: number): TimerId {
    const id = ++this.#ids;
    this.#timers.set(id, { due: this.#now + ms, type: this.#nameTimer(), callback });
    return id;
  }

  clearTimeout(id: TimerId): void {
    this.#timers.delete(id as number);
  }

  /** Moves time on to `ms`; a clock never goes back. */
  moveTo(ms: number): void {
    this.#now = Math.max(this.#now, ms);
  }

  /** Fires, at `ms`, the timer that sends events of `type`, where one is due. */
  fire(type: string, ms: number): boolean {
    const found = this.#first((timer) => timer.type === type && timer.due <= ms + EARLY_MS);
    if (found === undefined) return false;
    this.moveTo(ms);
    return this.#fire(found);
  }

  /** Fires the first timer that should have fired well before `ms`, when it was due; returns the type of its event. */
  fireOverdue(ms: number, before: (type: string) => void): boolean {
    const found = this.#first((timer) => timer.due + LATE_MS < ms);
    if (found === undefined) return false;
    this.moveTo(found[1].due);
    before(found[1].type);
    return this.#fire(found);
  }

  #fire([id, timer]: readonly [number, Timer]): true {
    this.#timers.delete(id);
    timer.callback();
    return true;
  }

  #first(wanted: (timer: Timer) => boolean): readonly [number, Timer] | undefined {
    return [...this.#timers].filter(([, timer]) => wanted(timer)).sort(([, a], [, b]) => a.due - b.due)[0];
  }
}
