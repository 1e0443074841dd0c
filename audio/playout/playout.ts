/**
 * The pace of one reply: frames leave in step with the device's playback, and what was heard is known at any time.
 *
 * @module
 */

import type { Clock, TimerId } from "../../base/clock.ts";
import type { DownlinkFormat } from "../types.ts";
import { heardFrames, heardText, type PlayoutReport, type PlayoutSentence } from "./report.ts";
import { Schedule } from "./schedule.ts";

export type { PlayoutReport, SentenceReport } from "./report.ts";

/** How soon a blocked sink is looked at again: a third of the usual frame, so that an open network is used before the lead is gone. */
const RETRY_MS = 20;

/** Where frames go. */
export interface PlayoutSink {
  /** Takes a packet; `timestampMs` is the playout position at its end, never 0, since devices take 0 for "nothing plays". */
  send(packet: Uint8Array<ArrayBuffer>, timestampMs: number): void;
  /** Bytes that wait to leave this machine. */
  bufferedAmount(): number;
}

/** What a {@link Playout} is made of. Callbacks may call its methods. */
export interface PlayoutOptions {
  readonly clock: Clock;
  readonly format: DownlinkFormat;
  /** Frames that the device gets ahead of the one it plays, 0 to 5. */
  readonly leadFrames: number;
  /** How long after the last frame's playback the reply counts as ended: jitter, and the device's codec pipeline. */
  readonly tailMs: number;
  /** Sending pauses while the sink holds more; about half a second of audio. */
  readonly maxBufferedBytes: number;
  /** How long a blocked sink may make no progress. */
  readonly stallMs: number;
  readonly sink: PlayoutSink;
  /** A frame was sent, so many milliseconds after it was both due and there. */
  readonly onSent?: (lateMs: number) => void;
  /** The first frame has been sent. */
  readonly onFirstFrame?: () => void;
  /** The first frame of a sentence is about to be sent. */
  readonly onSentence?: (text: string, index: number) => void;
  /** The device has played everything. Called once, never after an abort or stall. */
  readonly onEnded?: (report: PlayoutReport) => void;
  /** More was, or is about to be, pushed than is played: see {@link Playout.finishSentence}. Called once at most. */
  readonly onCutShort?: () => void;
  /** The sink took nothing for `stallMs`; the playout is over. */
  readonly onStalled?: (report: PlayoutReport) => void;
}

interface QueuedFrame {
  readonly packet: Uint8Array<ArrayBuffer>;
  readonly sentence: PlayoutSentence | undefined;
}

interface SpaceWaiter {
  readonly ms: number;
  readonly resolve: () => void;
}

/** Plays one reply out. Needs no disposal after its end, {@link Playout.abort} or a stall; until then it may hold one timer. */
export class Playout {
  readonly #options: PlayoutOptions;
  readonly #schedule: Schedule;
  readonly #frameMs: number;
  readonly #sentences: PlayoutSentence[] = [];
  #queue: QueuedFrame[] = [];
  #waiters: SpaceWaiter[] = [];
  #timer: TimerId | undefined;
  #pumping = false;
  #paused = false;
  #resumedAt = -Infinity;
  /** When the frame at the head of the queue was there to be sent, where it came late. */
  #thereAt = -Infinity;
  #finished = false;
  #oneSentence = false;
  #final: PlayoutReport | undefined;
  #underruns = 0;
  #resting = false;
  #bytesSent = 0;
  #blocked: { since: number; bytes: number } | undefined;

  constructor(options: PlayoutOptions) {
    this.#options = options;
    this.#frameMs = options.format.frameMs;
    this.#schedule = new Schedule(this.#frameMs, options.leadFrames);
  }

  /** Milliseconds of audio that wait to be sent. */
  get queuedMs(): number {
    return this.#queue.length * this.#frameMs;
  }

  /** Begins a sentence: the packets that follow belong to it. */
  sentence(text: string): void {
    if (this.#finished || this.#final !== undefined) return;
    if (this.#oneSentence && this.#sentences.length > 0) return this.#cutShort();
    this.#completeSentence();
    this.#sentences.push({
      text,
      first: this.#schedule.sent + this.#queue.length,
      frames: 0,
      complete: false,
      announced: false,
    });
  }

  /** Says that what was pushed so far stands by itself: silence after it is meant, and no underrun. */
  rest(): void {
    this.#resting = true;
  }

  /** Takes the next packet, of exactly one frame. Ignored after {@link Playout.finish} and at the end, where only late ones can come. */
  push(packet: Uint8Array<ArrayBuffer>): void {
    if (this.#finished || this.#final !== undefined) return;
    const sentence = this.#sentences.at(-1);
    if (sentence !== undefined) sentence.frames++;
    if (this.#queue.length === 0 && this.#ranDry() && !this.#resting) this.#underruns++;
    this.#resting = false;
    this.#queue.push({ packet, sentence });
    if (this.#queue.length > 1) return;
    this.#thereAt = this.#options.clock.now();
    this.#pump();
  }

  /** Says that no more will come; the end is told when the device has played everything. */
  finish(): void {
    if (this.#finished || this.#final !== undefined) return;
    this.#finished = true;
    this.#completeSentence();
    if (this.#queue.length > 0) return;
    if (this.#schedule.sent === 0) this.#arm(0);
    else this.#pump();
  }

  /**
   * Makes the sentence that is being sent the last one; before any, the first. What was pushed of later ones is dropped, and nothing more is
   * taken of them; the end is told when the device has played it.
   */
  finishSentence(): void {
    if (this.#oneSentence || this.#final !== undefined) return;
    this.#oneSentence = true;
    const last = Math.max(0, this.#sentences.findLastIndex(({ announced }) => announced));
    if (this.#sentences.length <= last + 1) return;
    const dropped = new Set(this.#sentences.splice(last + 1));
    this.#queue = this.#queue.filter(({ sentence }) => sentence === undefined || !dropped.has(sentence));
    this.#releaseWaiters();
    this.#cutShort();
  }

  /**
   * Holds everything back until {@link Playout.resume}; the device plays what it has been sent. Packets are taken meanwhile, and neither an
   * end nor an underrun is told.
   */
  pause(): void {
    if (this.#paused || this.#final !== undefined) return;
    this.#paused = true;
    this.#schedule.pause();
    // A blocked sink goes on being looked at, because what it holds has not been heard.
    if (this.#blocked === undefined) this.#disarm();
  }

  /** Goes on with the frame after the last one that was sent. */
  resume(): void {
    if (!this.#paused || this.#final !== undefined) return;
    this.#paused = false;
    this.#resumedAt = this.#options.clock.now();
    this.#pump();
  }

  /** Stops at once: nothing is sent and nobody is called afterwards. */
  abort(): PlayoutReport {
    return this.#final ?? this.#close();
  }

  /** How far it has come; after the end, an abort or a stall, how far it had come then. */
  report(): PlayoutReport {
    if (this.#final !== undefined) return this.#final;
    const now = this.#options.clock.now();
    this.#schedule.delay(now, this.#undelivered());
    const heardMs = this.#schedule.heardMs(now);
    return {
      framesSent: this.#schedule.sent,
      framesQueued: this.#queue.length,
      heardMs,
      heardText: heardText(this.#sentences, heardMs, this.#frameMs),
      sentences: this.#sentences.map((sentence) => ({
        text: sentence.text,
        frames: sentence.frames,
        heardFrames: heardFrames(sentence, heardMs, this.#frameMs),
      })),
      underruns: this.#underruns,
      rebases: this.#schedule.rebases,
    };
  }

  /** Resolves when less than `ms` milliseconds of audio wait to be sent, and at the end. */
  waitForSpace(ms: number): Promise<void> {
    if (this.#final !== undefined || this.queuedMs < ms) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ ms, resolve }));
  }

  #cutShort(): void {
    this.finish();
    if (this.#queue.length === 0) this.#pump();
    this.#options.onCutShort?.();
  }

  #completeSentence(): void {
    const current = this.#sentences.at(-1);
    if (current !== undefined) current.complete = true;
  }

  /** Sends all that is due and arms the timer for what comes next. Calls from within its own callbacks are left to the loop. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      this.#disarm();
      while (this.#final === undefined && this.#step());
    } finally {
      this.#pumping = false;
    }
  }

  /** Does the next thing that is due; false when it is not due yet and the timer is armed, or nothing is left to do. */
  #step(): boolean {
    const now = this.#options.clock.now();
    if (this.#paused) return this.#look(now);
    const next = this.#queue[0];
    const dueAt = next === undefined ? this.#endAt() : this.#schedule.dueAt;
    if (dueAt === undefined) return false;
    if (this.#blocked === undefined && now < dueAt) return this.#arm(dueAt - now);
    const buffered = this.#options.sink.bufferedAmount();
    // While the last frames still wait on this machine, the device cannot have played them.
    if (buffered > (next === undefined ? 0 : this.#options.maxBufferedBytes)) return this.#wait(now, buffered);
    const undelivered = this.#undelivered();
    this.#blocked = undefined;
    if (next !== undefined) this.#send(next, now, undelivered);
    else if (undelivered > 0) this.#schedule.delay(now, undelivered);
    else this.#options.onEnded?.(this.#close());
    return true;
  }

  /** Where the sink was blocked when the pause began, notes when it takes what it holds. */
  #look(now: number): false {
    if (this.#blocked === undefined) return false;
    const buffered = this.#options.sink.bufferedAmount();
    if (buffered > this.#options.maxBufferedBytes) return this.#wait(now, buffered);
    this.#schedule.delay(now, this.#undelivered());
    this.#blocked = undefined;
    return false;
  }

  /** Whether the device has played everything, other than because it was told to wait. */
  #ranDry(): boolean {
    return !this.#paused && this.#schedule.sent > 0 && this.#options.clock.now() > Math.max(this.#schedule.playEnd, this.#resumedAt);
  }

  /** When the reply has ended on the device; `undefined` while more may come. */
  #endAt(): number | undefined {
    if (!this.#finished) return undefined;
    return this.#schedule.sent === 0 ? -Infinity : this.#schedule.playEnd + this.#options.tailMs;
  }

  #send(frame: QueuedFrame, now: number, undelivered: number): void {
    const { sentence, packet } = frame;
    if (sentence !== undefined && !sentence.announced) {
      sentence.announced = true;
      this.#options.onSentence?.(sentence.text, this.#sentences.indexOf(sentence));
      if (this.#final !== undefined || this.#paused) return;
    }
    this.#queue.shift();
    // Of the first frame nothing is due.
    const lateMs = this.#schedule.sent === 0 ? 0 : Math.max(0, now - Math.max(this.#schedule.dueAt, this.#resumedAt, this.#thereAt));
    this.#schedule.send(now, undelivered);
    this.#bytesSent += packet.length;
    this.#options.sink.send(packet, this.#schedule.sent * this.#frameMs);
    this.#options.onSent?.(lateMs);
    if (this.#schedule.sent === 1) this.#options.onFirstFrame?.();
    this.#releaseWaiters();
  }

  /** A sink that holds too much is asked again soon; one that holds no less for `stallMs` is given up. */
  #wait(now: number, buffered: number): false {
    if (this.#blocked === undefined || buffered < this.#blocked.bytes) this.#blocked = { since: now, bytes: buffered };
    const leftMs = this.#blocked.since + this.#options.stallMs - now;
    if (leftMs > 0) return this.#arm(Math.min(RETRY_MS, leftMs));
    this.#options.onStalled?.(this.#close());
    return false;
  }

  /**
   * About how many frames wait in a blocked sink, as it was when last looked at: they leave after that. Bounded by what sending allows there,
   * because a long message of another kind may stand in it too. An open sink counts as empty, since what was sent in this turn of the event
   * loop may still be in it.
   */
  #undelivered(): number {
    if (this.#blocked === undefined || this.#bytesSent === 0) return 0;
    const frameBytes = this.#bytesSent / this.#schedule.sent;
    return Math.round(Math.min(this.#blocked.bytes, this.#options.maxBufferedBytes + frameBytes) / frameBytes);
  }

  #close(): PlayoutReport {
    this.#final = this.report();
    this.#disarm();
    this.#queue = [];
    this.#releaseWaiters();
    return this.#final;
  }

  #releaseWaiters(): void {
    if (this.#waiters.length === 0) return;
    const free = (waiter: SpaceWaiter) => this.#final !== undefined || this.queuedMs < waiter.ms;
    const released = this.#waiters.filter(free);
    this.#waiters = this.#waiters.filter((waiter) => !free(waiter));
    for (const { resolve } of released) resolve();
  }

  #arm(ms: number): false {
    this.#disarm();
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#timer = undefined;
      this.#pump();
    }, ms);
    return false;
  }

  #disarm(): void {
    if (this.#timer === undefined) return;
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
