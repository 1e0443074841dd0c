/**
 * Chat with providers that stand in for each other.
 *
 * @module
 */

import type { Clock } from "../../../base/clock.ts";
import type { StageTimeouts } from "../options.ts";
import type { ChatEvent, ChatRequest, ChatStage, StageOptions } from "../stages.ts";
import { QuietAnswerError } from "./blame.ts";
import { delivered, type Opened } from "./delivery.ts";
import type { Attempt, Fallback } from "./fallback.ts";
import { Guard } from "./guard.ts";
import { lateError, type StageLimits } from "./limits.ts";

/** What the stage needs. */
export interface ChatOptions {
  readonly clock: Clock;
  readonly timeoutMs: StageTimeouts;
  readonly limits: StageLimits;
}

/**
 * The first provider that says something answers, and nobody takes over after that: a reply that a person has begun to hear or to read is
 * never begun again. An answer without text and tool call is replaced, too, unless it answers a tool, after which there may be nothing
 * left to say; where nobody has anything to say, the answer is empty.
 */
export class ResilientChat implements ChatStage {
  readonly #fallback: Fallback<ChatStage>;
  readonly #options: ChatOptions;

  constructor(fallback: Fallback<ChatStage>, options: ChatOptions) {
    this.#fallback = fallback;
    this.#options = options;
  }

  async *chat(request: ChatRequest, options: StageOptions): AsyncGenerator<ChatEvent, void, void> {
    const { signal } = options;
    let opened: Opened<ChatEvent>;
    try {
      opened = await this.#fallback.open(options, (attempt) => this.#begin(attempt, request, signal));
    } catch (error) {
      if (error instanceof QuietAnswerError && !error.repeated) return;
      throw error;
    }
    const { provider, pass } = opened;
    yield* delivered(opened, signal, (error) => this.#fallback.failed(provider, pass, error, true));
  }

  /** Resolves with the first text or tool call. */
  async #begin(attempt: Attempt<ChatStage>, request: ChatRequest, signal: AbortSignal): Promise<Opened<ChatEvent>> {
    const { clock, timeoutMs, limits } = this.#options;
    const { provider, name, pass, replaceable } = attempt;
    const guard = new Guard({
      clock,
      signal,
      firstMs: replaceable ? Math.min(limits.attemptMs.chatFirstToken, timeoutMs.chatFirstToken) : timeoutMs.chatFirstToken,
      idleMs: timeoutMs.chatIdle,
      late: lateError("chat", name),
    });
    try {
      const rest = guard.items(provider.chat(request, { signal: guard.signal }));
      // Emotions wait for the text, so that the face of a provider that fails is not shown.
      const held: ChatEvent[] = [];
      for (;;) {
        const next = await rest.next();
        if (next.done) {
          if (request.messages.at(-1)?.role !== "tool") throw attempt.quiet(limits.quietChats);
          return { held, rest, pass, provider: name };
        }
        held.push(next.value);
        if (next.value.type === "emotion" || (next.value.type === "text" && next.value.text.trim() === "")) continue;
        guard.begun();
        attempt.sounded();
        return { held, rest, pass, provider: name };
      }
    } catch (error) {
      guard[Symbol.dispose]();
      throw error;
    }
  }
}
