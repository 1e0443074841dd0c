/**
 * Work on a turn before it is certain that the person is done: recognition, and the first of the answer. Nothing of it is seen or heard
 * unless the endpoint proves it right.
 *
 * @module
 */

import type { Utterance } from "../../audio/types.ts";
import { type Clock, delay } from "../../base/clock.ts";
import { AppError } from "../../base/errors.ts";
import type { ChatRequest, ChatStage, StageOptions } from "../../services/esp32_server/stages.ts";
import { HeadStart } from "./head_start.ts";
import type { Turn } from "./turn.ts";

/** Utterances longer than this are not recognised twice: it would cost the most where the least is won. */
const MAX_UTTERANCE_MS = 10_000;

/** Attempts in one turn. Whoever pauses more often than this thinks aloud, and each attempt is paid for. */
const MAX_ATTEMPTS = 3;

/** What a {@link Speculation} needs. */
export interface SpeculationOptions {
  readonly clock: Clock;
  /** Whether anything is begun early at all. */
  readonly enabled: () => boolean;
  /** Whether the device gets answers at all: what is begun for one that does not is paid for in vain. Does not reject. */
  readonly allowed: () => Promise<boolean>;
  /** Recognises an utterance; empty where there were no words. */
  readonly recognize: (utterance: Utterance, options: StageOptions) => Promise<string>;
  readonly chat: ChatStage;
  /** The request for an answer to a text, where the text is to be answered by the chat stage and can be before the endpoint. */
  readonly request: (text: string) => ChatRequest | undefined;
  /** Tells the recorder. */
  readonly note: (kind: string, data: Readonly<Record<string, unknown>>) => void;
}

/** One recognition, and what followed from it. */
interface Attempt {
  readonly turn: Turn;
  readonly utterance: Utterance;
  readonly controller: AbortController;
  readonly text: Promise<string>;
  failed: boolean;
  answer: { readonly request: ChatRequest; readonly events: HeadStart } | undefined;
}

/** The speculation of one session: at most one attempt at a time, which its turn ends with. */
export class Speculation implements Disposable {
  readonly #options: SpeculationOptions;
  #attempt: Attempt | undefined;
  #turn: Turn | undefined;
  #attempts = 0;

  constructor(options: SpeculationOptions) {
    this.#options = options;
  }

  /** Begins work on an utterance that may be complete. What was begun before is given up. */
  begin(turn: Turn, utterance: Utterance, { answer }: { readonly answer: boolean }): void {
    this.cancel();
    if (utterance.durationMs > MAX_UTTERANCE_MS || !this.#options.enabled()) return;
    if (this.#turn !== turn) this.#attempts = 0;
    this.#turn = turn;
    if (++this.#attempts > MAX_ATTEMPTS) return;
    const note = { turn: turn.id, attempt: this.#attempts, durationMs: utterance.durationMs };
    const attempt = this.#start(turn, utterance, async (signal) => {
      if (!await this.#options.allowed()) throw new AppError("The device gets no answers today", { code: "speculation_refused" });
      signal.throwIfAborted();
      this.#options.note("speculation", note);
      // What fails here is tried again when it is needed.
      return await this.#options.recognize(utterance, { signal, tentative: () => true });
    });
    // Whatever fails here is met again, and reported, where it is done in earnest.
    if (answer) attempt.text.then((text) => this.#answer(attempt, text)).catch(() => {});
  }

  /** Gives up what was begun: the person goes on. */
  cancel(): void {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    attempt?.controller.abort(new AppError("The person went on speaking", { code: "speculation_over" }));
  }

  /**
   * The text of an utterance; what is known of the same speech is used. A speculative recognition that failed is tried again, since nobody
   * has waited for it.
   *
   * @throws What the recogniser throws; the signal's reason.
   */
  async recognize(turn: Turn, utterance: Utterance, signal: AbortSignal): Promise<string> {
    const before = this.#attempt;
    if (before !== undefined && before.turn === turn && !before.failed && isSameSpeech(before.utterance, utterance)) {
      try {
        return await heardIn(before, signal);
      } catch {
        signal.throwIfAborted();
      }
    }
    this.cancel();
    const attempt = this.#start(turn, utterance, (own) => this.#options.recognize(utterance, { signal: own }));
    if (this.#options.enabled()) await this.#answerSoon(attempt);
    return await heardIn(attempt, signal);
  }

  /** A chat stage that goes on with the answer that was begun, where it is asked for just that, and else is the real one. */
  get chat(): ChatStage {
    return {
      chat: (request, options) => {
        const answer = this.#attempt?.answer;
        if (answer === undefined) return this.#options.chat.chat(request, options);
        if (answer.events.failed || JSON.stringify(answer.request) !== JSON.stringify(request)) {
          this.cancel();
          return this.#options.chat.chat(request, options);
        }
        // From here on it belongs to the reply, whatever the person says next.
        this.#attempt = undefined;
        return answer.events.take(options.signal);
      },
    };
  }

  [Symbol.dispose](): void {
    this.cancel();
  }

  #start(turn: Turn, utterance: Utterance, recognize: (signal: AbortSignal) => Promise<string>): Attempt {
    // Follows the turn by a listener: a signal made of two takes longer to make than the request that it is for.
    const controller = new AbortController();
    if (turn.signal.aborted) controller.abort(turn.signal.reason);
    const text = recognize(controller.signal);
    const attempt: Attempt = { turn, utterance, controller, text, failed: false, answer: undefined };
    text.catch(() => attempt.failed = true);
    this.#attempt = attempt;
    turn.signal.addEventListener("abort", () => {
      controller.abort(turn.signal.reason);
      // An utterance is large, and a device may be silent for long.
      if (this.#attempt === attempt) this.#attempt = undefined;
    }, { once: true });
    return attempt;
  }

  /**
   * Asks for the answer as soon as the text is there: what else becomes of the turn is told while the request is on its way. It leaves when
   * the event loop has had its turn.
   */
  async #answerSoon(attempt: Attempt): Promise<void> {
    try {
      const [text, allowed] = await Promise.all([attempt.text, this.#options.allowed()]);
      if (allowed && text !== "") this.#answer(attempt, text);
      if (attempt.answer !== undefined) await delay(this.#options.clock, 0, attempt.turn.signal);
    } catch {
      // Whoever waits for the text hears of it.
    }
  }

  #answer(attempt: Attempt, text: string): void {
    if (this.#attempt !== attempt) return;
    const request = this.#options.request(text);
    if (request === undefined) return;
    attempt.answer = { request, events: new HeadStart(this.#options.chat, request, attempt.controller.signal) };
    this.#options.note("speculative_answer", { turn: attempt.turn.id });
  }
}

/** The text of an attempt. It goes on when nobody waits for it any more, because the same speech may be asked for again. */
async function heardIn({ text }: Attempt, signal: AbortSignal): Promise<string> {
  const heard = await text;
  signal.throwIfAborted();
  return heard;
}

/** Whether `later` is `earlier` with nothing but silence after it. */
function isSameSpeech(earlier: Utterance, later: Utterance): boolean {
  return earlier.speechMs === later.speechMs && earlier.packets.length <= later.packets.length &&
    earlier.packets.every((packet, index) => packet === later.packets[index]);
}
