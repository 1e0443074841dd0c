/**
 * What the chat stage is told of the conversation so far.
 *
 * @module
 */

import type { ChatMessage } from "../../services/esp32_server/stages.ts";
import { estimateTokens } from "./token_estimate.ts";
import type { Turn } from "./turn.ts";

interface Exchange {
  readonly userText: string;
  readonly heardText: string;
}

/** Stands at the end of an answer where the person stopped listening. */
const CUT = "…";

/** Said to the model where {@link CUT} occurs, so that it neither repeats nor refers to what nobody heard. */
const CUT_NOTE = `Where an earlier answer of yours ends with "${CUT}", it was cut off there: the person did not hear the rest.`;

/** Stands for the person where the owner had something announced: models expect the two sides to alternate. */
const ANNOUNCEMENT = "(The owner has the following announced.)";

/** What each message costs a model beside its text: its role and the marks around it. */
const MESSAGE_TOKENS = 4;

/** What a conversation needs. */
export interface ConversationOptions {
  /** Most turns that the model is told of. */
  readonly contextTurns: number;
  /** Most tokens, by estimate, of all that the model is told. */
  readonly contextTokens: number;
  /** Instructions to the model, as they are now. */
  readonly persona: () => string;
  /** What is remembered of earlier conversations, as it is now; empty where nothing is. */
  readonly memory: () => string;
}

/**
 * The last turns of one connection. It holds what was heard, not what was written: the model must not believe it said more. An answer
 * that was interrupted or not heard at all ends with an ellipsis.
 */
export class Conversation {
  readonly #options: ConversationOptions;
  #exchanges: readonly Exchange[] = [];

  constructor(options: ConversationOptions) {
    this.#options = options;
  }

  /** Takes a finished turn in; one in which nothing was said is left out. */
  add(turn: Turn): void {
    const { contextTurns } = this.#options;
    const { text } = turn.heard;
    const userText = turn.source === "say" && text !== "" ? ANNOUNCEMENT : turn.userText;
    if (!turn.recorded || !turn.remembered || userText === "" || contextTurns === 0) return;
    this.#exchanges = [...this.#exchanges, { userText, heardText: heardOf(text, turn.outcome === "interrupted") }].slice(-contextTurns);
  }

  /**
   * The messages of a request for an answer to `userText`: the instructions, as many of the last turns as there is room for, the question.
   * Instructions and question are always whole.
   */
  messages(userText: string): ChatMessage[] {
    const { contextTokens } = this.#options;
    const question: ChatMessage = { role: "user", content: userText };
    const instructions = this.#instructions();
    let room = contextTokens - cost(question) - instructions.reduce((sum, message) => sum + cost(message), 0);
    const turns: ChatMessage[] = [];
    for (const { userText, heardText } of this.#exchanges.toReversed()) {
      const exchange: ChatMessage[] = [{ role: "user", content: userText }, { role: "assistant", content: heardText }];
      room -= exchange.reduce((sum, message) => sum + cost(message), 0);
      if (room < 0) break;
      turns.unshift(...exchange);
    }
    return [...instructions, ...turns, question];
  }

  #instructions(): ChatMessage[] {
    const { persona, memory } = this.#options;
    const remembered = memory();
    const content = [
      persona(),
      ...(remembered === "" ? [] : [`What you remember of earlier conversations with this person:\n${remembered}`]),
      ...(this.#exchanges.some(({ heardText }) => heardText.endsWith(CUT)) ? [CUT_NOTE] : []),
    ].filter((part) => part !== "").join("\n\n");
    return content === "" ? [] : [{ role: "system", content }];
  }
}

/** What a person heard of an answer, for a model: an ellipsis stands where it ended early. */
export function heardOf(text: string, interrupted: boolean): string {
  return interrupted || text === "" ? `${text.trimEnd()}${text === "" ? "" : " "}${CUT}` : text;
}

function cost(message: ChatMessage): number {
  return estimateTokens(message.content) + MESSAGE_TOKENS;
}
