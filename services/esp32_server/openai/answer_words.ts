/**
 * The words of an answer as they come, made ready to be spoken: thoughts left out, the emotion at the beginning taken off.
 *
 * @module
 */

import type { ChatEvent } from "../stages.ts";
import { leadingEmotion } from "./emotion.ts";
import { ThinkingFilter } from "./thinking.ts";

/** One answer. */
export class AnswerWords {
  readonly #thinking = new ThinkingFilter();
  #beginning: string | undefined = "";
  #spoken = "";

  /** All text given so far. */
  get spoken(): string {
    return this.#spoken;
  }

  /** What the next piece gives. */
  push(piece: string): ChatEvent[] {
    return this.#events(this.#thinking.push(piece), false);
  }

  /** What is left when the answer has ended. */
  end(): ChatEvent[] {
    return this.#events(this.#thinking.end(), true);
  }

  #events(text: string, complete: boolean): ChatEvent[] {
    if (this.#beginning === undefined) return this.#text(text);
    this.#beginning += text;
    const found = leadingEmotion(this.#beginning, complete);
    if (found === undefined) return [];
    this.#beginning = undefined;
    return [...(found.emotion === undefined ? [] : [{ type: "emotion", emotion: found.emotion } as const]), ...this.#text(found.rest)];
  }

  #text(text: string): ChatEvent[] {
    this.#spoken += text;
    return text === "" ? [] : [{ type: "text", text }];
  }
}
