/**
 * The times of each turn as the person at the device lives through them.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";

/** One exchange. Times are of the clock, in milliseconds; absent where it did not happen. */
export interface TurnTimes {
  /** The last packet of speech was recorded, or the text was sent. */
  speechEndedAt?: number;
  sttAt?: number;
  /** What the server understood. */
  sttText?: string;
  ttsStartAt?: number;
  /** The first audio packet came. */
  firstFrameAt?: number;
  /** `tts stop` came. */
  ttsStopAt?: number;
  /** What the server said, sentence by sentence. */
  sentences: string[];
  /** Packets that came. */
  frames: number;
  /** Packets that sounded. */
  played: number;
  /** Gaps because the queue ran empty. */
  underruns: number;
  /** The person interrupted. */
  aborted: boolean;
}

/** Keeps the times of all turns of a device. */
export class TurnLog {
  /** All turns, oldest first. */
  readonly turns: TurnTimes[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The person has spoken, or text was sent. Speaking on before the answer moves the end. */
  speechEnded(): void {
    const last = this.turns.at(-1);
    const turn = last !== undefined && last.ttsStartAt === undefined ? last : this.#begin();
    turn.speechEndedAt = this.#clock.now();
  }

  /** The server said what it understood. */
  stt(text: string): void {
    const turn = this.#open();
    turn.sttAt ??= this.#clock.now();
    turn.sttText = text;
  }

  /** The answer begins. */
  ttsStart(): void {
    const open = this.#open();
    const turn = open.ttsStartAt === undefined ? open : this.#begin();
    turn.ttsStartAt = this.#clock.now();
  }

  /** A sentence of the answer. */
  sentence(text: string): void {
    this.#sounding().sentences.push(text);
  }

  /** A packet came. */
  frame(): void {
    const turn = this.#sounding();
    turn.firstFrameAt ??= this.#clock.now();
    turn.frames++;
  }

  /** A packet sounded, after a gap of `gapMs`. It may do so after `tts stop`. */
  played(gapMs: number): void {
    const turn = this.turns.findLast((candidate) => candidate.firstFrameAt !== undefined);
    if (turn === undefined) return;
    turn.played++;
    if (gapMs > 0) turn.underruns++;
  }

  /** The person interrupted the answer. */
  aborted(): void {
    const turn = this.#answered();
    if (turn !== undefined) turn.aborted = true;
  }

  /** The answer is over. */
  ttsStop(): void {
    const turn = this.#answered();
    if (turn !== undefined) turn.ttsStopAt = this.#clock.now();
  }

  /** The turn whose answer is under way; the person may have spoken into it since, which is a turn of its own. */
  #answered(): TurnTimes | undefined {
    return this.turns.findLast(({ ttsStartAt, ttsStopAt }) => ttsStartAt !== undefined && ttsStopAt === undefined);
  }

  #sounding(): TurnTimes {
    return this.#answered() ?? this.#open();
  }

  #open(): TurnTimes {
    const last = this.turns.at(-1);
    return last === undefined || last.ttsStopAt !== undefined ? this.#begin() : last;
  }

  #begin(): TurnTimes {
    const turn: TurnTimes = { sentences: [], frames: 0, played: 0, underruns: 0, aborted: false };
    this.turns.push(turn);
    return turn;
  }
}
