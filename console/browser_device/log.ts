/**
 * The messages of a session, for people who want to know what is on the wire.
 *
 * @module
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { Clock } from "../../base/clock.ts";

/** Who a line is of; `note` is the page's own. */
export type LogSide = "device" | "server" | "note";

/** A line. */
export interface LogLine {
  /** Rises with each line. */
  readonly n: number;
  /** Unix milliseconds. */
  readonly at: number;
  readonly from: LogSide;
  /** The message as it is on the wire; empty for audio. */
  readonly text: string;
  /** Packets of audio that this line stands for; 0 for a message. */
  readonly packets: number;
}

/** Lines that are kept: some turns of a conversation. */
export const MAX_LINES = 300;

/** Characters of a line that are kept: all of what is written by hand, and the beginning of a list of tools. */
const MAX_CHARS = 4000;

/** The lines, latest last. */
export class MessageLog {
  readonly #clock: Pick<Clock, "wall">;
  readonly #lines = signal<readonly LogLine[]>([]);
  #n = 0;

  constructor(clock: Pick<Clock, "wall">) {
    this.#clock = clock;
  }

  /** The lines. */
  get lines(): ReadonlySignal<readonly LogLine[]> {
    return this.#lines;
  }

  /** Adds a message. */
  add(from: LogSide, text: string): void {
    this.#push({ n: ++this.#n, at: this.#clock.wall(), from, text: text.slice(0, MAX_CHARS), packets: 0 });
  }

  /** Adds a packet of audio; those that come one after the other are one line. */
  audio(from: LogSide): void {
    const lines = this.#lines.peek();
    const last = lines.at(-1);
    if (last === undefined || last.packets === 0 || last.from !== from) {
      return this.#push({ n: ++this.#n, at: this.#clock.wall(), from, text: "", packets: 1 });
    }
    this.#lines.value = [...lines.slice(0, -1), { ...last, packets: last.packets + 1 }];
  }

  /** Forgets everything. */
  clear(): void {
    this.#lines.value = [];
  }

  #push(line: LogLine): void {
    this.#lines.value = [...this.#lines.peek(), line].slice(-MAX_LINES);
  }
}
