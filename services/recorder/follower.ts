/**
 * Reads a recording while it is written: whoever follows polls, so that writing costs the same whether anybody reads or not.
 *
 * @module
 */

import { LineWriter } from "./record.ts";
import type { Ring } from "./ring.ts";

/** How much is taken at once. */
export interface TakeLimits {
  readonly records: number;
  /** Characters after which no further record is taken. */
  readonly chars: number;
}

/** What was taken. */
export interface Taken {
  /** Records as JSON, oldest first. */
  readonly lines: readonly string[];
  /** Records left out before these: they were overwritten, or more than are of use to somebody who is behind. */
  readonly missed: number;
  /** Whether more are there already. */
  readonly more: boolean;
}

/** One reader of one device's recording. It holds a number, and no record: the ring is all the memory there is. */
export class RecordingFollower {
  readonly #ring: Ring;
  readonly #startedAt: number;
  readonly #epoch: number;
  readonly #backlog: number;
  readonly #writer = new LineWriter();
  #next: number;

  /** @param backlog The reader never begins, or falls, further behind than so many records. */
  constructor(ring: Ring, { startedAt, epoch, backlog }: { readonly startedAt: number; readonly epoch: number; readonly backlog: number }) {
    this.#ring = ring;
    this.#startedAt = startedAt;
    this.#epoch = epoch;
    this.#backlog = backlog;
    this.#next = this.#oldest();
  }

  /** The next records. */
  take({ records, chars }: TakeLimits): Taken {
    const lines: string[] = [];
    const from = Math.max(this.#next, this.#oldest());
    const missed = from - this.#next;
    this.#next = from;
    for (let room = chars; lines.length < records && room > 0;) {
      const slot = this.#ring.at(this.#next);
      if (slot === undefined) break;
      const line = JSON.stringify(this.#writer.line(slot, this.#startedAt, this.#epoch));
      lines.push(line);
      room -= line.length;
      this.#next++;
    }
    return { lines, missed, more: this.#next < this.#ring.next };
  }

  #oldest(): number {
    return Math.max(this.#ring.first, this.#ring.next - this.#backlog);
  }
}
