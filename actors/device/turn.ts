/**
 * One exchange: what the person said and what was answered.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { SpokenSentence, TurnDelay, TurnDraft, TurnOutcome, TurnRecord, TurnTimings } from "../../services/history/store.ts";
import { AppError, messageOf } from "../../base/errors.ts";

/** What of a reply was heard. */
export interface Heard {
  readonly text: string;
  /** Milliseconds of audio. */
  readonly ms: number;
  /** The sentences of it; absent where nothing was spoken. */
  readonly sentences?: readonly SpokenSentence[];
}

/** What a turn begins with. */
export interface TurnStart {
  readonly turnId: string;
  readonly sessionId: string;
  readonly deviceId: string;
  readonly source: TurnDraft["source"];
  readonly clock: Clock;
  /** Milliseconds of speech that had passed when the turn was made: the VAD needs some to be sure. */
  readonly sinceMs?: number;
}

/** A mark that is an instant. */
export type Mark = Exclude<keyof TurnTimings, TurnDelay | "leadingSilenceMs">;

/** One text that was given to synthesis. All in milliseconds since the turn's start. */
export interface SynthesisMarks {
  readonly startMs: number;
  /** First audio; absent where none came. */
  firstAudioMs?: number;
  /** Last audio; absent where the reply ended first. */
  endMs?: number;
}

/**
 * The life of a turn: one id, one signal, one timeline, one record. Whatever arrives late carries an old turn and changes nothing here.
 */
export class Turn {
  readonly id: string;
  readonly source: TurnDraft["source"];
  /** Text of the person; empty until recognised. */
  userText = "";
  /** Text of the answer as written so far. */
  replyText = "";
  /** What was heard, once the reply is over. */
  heard: Heard = { text: "", ms: 0 };
  /** Whether the history gets it: exchanges in which the person said nothing are not kept. */
  recorded = true;
  /** What the owner has announced, where that is what the turn is for. */
  announcement = "";
  /** Whether the chat stage is told of it in later turns. */
  remembered = true;
  /** Whether the answer was ended with a sentence although there was more of it. */
  cutShort = false;
  /** Whether the conversation ends with this turn. */
  farewell = false;
  /** Ogg Opus files, where the history keeps audio. */
  readonly audio: { user?: Uint8Array; reply?: Uint8Array } = {};
  /** What was given to synthesis, in order. */
  readonly syntheses: SynthesisMarks[] = [];

  readonly #start: TurnStart;
  readonly #origin: number;
  readonly #startedAt: number;
  readonly #controller = new AbortController();
  readonly #marks: { -readonly [K in Mark | "leadingSilenceMs"]?: number } = {};
  readonly #delays: { -readonly [K in TurnDelay]?: number } = {};
  #outcome: TurnOutcome | undefined;
  #error: TurnRecord["error"];
  #drafted = false;

  constructor(start: TurnStart) {
    const sinceMs = start.sinceMs ?? 0;
    this.id = start.turnId;
    this.source = start.source;
    this.#start = start;
    this.#origin = start.clock.now() - sinceMs;
    this.#startedAt = start.clock.wall() - sinceMs;
  }

  /** Aborted when the turn is over, for whatever reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** How it ended; undefined while it lasts. */
  get outcome(): TurnOutcome | undefined {
    return this.#outcome;
  }

  /**
   * Sets a mark of the timeline, `agoMs` milliseconds before now. Only the first setting of a mark counts. What would lie before the turn
   * began is no mark of this turn, and is left out: a wrong anchor makes a wrong response time, a missing one makes none.
   */
  mark(name: Mark, agoMs = 0): void {
    const atMs = this.ageMs() - agoMs;
    // Half a millisecond is rounding.
    if (atMs > -0.5) this.#marks[name] ??= Math.max(0, Math.round(atMs));
  }

  /** Sets a mark, also where it was set before: the person may go on after what looked like the end. */
  remark(name: Mark, agoMs = 0): void {
    delete this.#marks[name];
    this.mark(name, agoMs);
  }

  /** Whether a mark was set. */
  has(name: Mark): boolean {
    return this.#marks[name] !== undefined;
  }

  /** The endpoint of speech that ended `agoMs` milliseconds ago: what was recognised of an earlier one is no longer the whole. */
  ended(agoMs: number): void {
    this.remark("speechEndMs", agoMs);
    this.remark("vadEndMs");
    this.remark("endpointMs");
    delete this.#marks.recognizedMs;
    this.#delays.vadSilenceMs = Math.round(agoMs);
  }

  /** The recogniser's final text is there. Only the first call after an endpoint counts. */
  recognized(text: string): void {
    this.userText = text;
    if (this.#marks.recognizedMs !== undefined) return;
    this.mark("recognizedMs");
    this.#delays.finalizeMs = this.#since("endpointMs");
  }

  /** It is decided to answer what was recognised. */
  settled(): void {
    if (this.#marks.recognizedMs === undefined) return;
    this.mark("settledMs");
    this.#delays.policyWaitMs = this.#since("recognizedMs");
  }

  /** The delays on the way from the end of speech to the decision to answer it. */
  get delays(): Pick<TurnTimings, TurnDelay> {
    return { ...this.#delays };
  }

  /** Notes the length of the silence with which the first audio begins. Only the first call counts. */
  noteLeadingSilence(ms: number): void {
    this.#marks.leadingSilenceMs ??= Math.round(ms);
  }

  /** Notes that a text goes to synthesis now. */
  beginSynthesis(): SynthesisMarks {
    const marks: SynthesisMarks = { startMs: Math.round(this.ageMs()) };
    this.syntheses.push(marks);
    return marks;
  }

  /** The marks so far. */
  get timings(): TurnTimings {
    return { ...this.#marks, ...this.#delays };
  }

  /** Milliseconds since the turn began. */
  ageMs(): number {
    return this.#start.clock.now() - this.#origin;
  }

  /** Notes why the turn failed. Only the first reason counts. */
  fail(reason: unknown): void {
    const code = reason instanceof AppError ? reason.code : "unexpected";
    this.#error ??= { code, message: messageOf(reason) };
  }

  /** Whether {@link Turn.fail} was called. */
  get failed(): boolean {
    return this.#error !== undefined;
  }

  /**
   * Ends the turn: its signal aborts and the outcome is fixed. Only the first call counts. `completed` becomes `failed` after
   * {@link Turn.fail}, `interrupted` where the answer was cut short, and `empty` where there was none.
   */
  end(outcome: TurnOutcome): void {
    this.#outcome ??= outcome === "completed" ? this.#completion() : outcome;
    this.#controller.abort(new AppError(`Turn ${this.id} is over`, { code: "turn_over" }));
  }

  /** The draft row; undefined when it is not to be written, or was asked for before. */
  takeDraft(): TurnDraft | undefined {
    if (!this.recorded || this.#drafted) return undefined;
    this.#drafted = true;
    return this.#draft();
  }

  /** The record as it is now. */
  record(): TurnRecord {
    return {
      ...this.#draft(),
      outcome: this.#outcome ?? "crashed",
      replyText: this.replyText,
      heardText: this.heard.text,
      heardMs: Math.round(this.heard.ms),
      endedAt: this.#start.clock.wall(),
      timings: this.timings,
      ...(this.heard.sentences === undefined ? {} : { sentences: this.heard.sentences }),
      ...(this.#error === undefined ? {} : { error: this.#error }),
      audio: { ...this.audio },
    };
  }

  #since(name: Mark): number {
    return Math.max(0, Math.round(this.ageMs()) - (this.#marks[name] ?? 0));
  }

  #completion(): TurnOutcome {
    if (this.failed) return "failed";
    if (this.cutShort) return "interrupted";
    return this.replyText === "" ? "empty" : "completed";
  }

  #draft(): TurnDraft {
    return {
      turnId: this.id,
      sessionId: this.#start.sessionId,
      deviceId: this.#start.deviceId,
      startedAt: Math.round(this.#startedAt),
      source: this.source,
      userText: this.userText,
    };
  }
}
