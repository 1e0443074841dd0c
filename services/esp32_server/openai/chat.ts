/**
 * The chat stage: a streamed chat completion, with what models and servers do beside the rules put right.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { Clock } from "../../../base/clock.ts";
import { Deadline } from "../deadline.ts";
import { StageError } from "../errors.ts";
import { MAX_CHAT_CHARS } from "../http/limits.ts";
import type { Requester } from "../http/requester.ts";
import type { StageTimeouts } from "../options.ts";
import type { ChatEvent, ChatRequest } from "../stages.ts";
import { AnswerWords } from "./answer_words.ts";
import { readDeltas } from "./deltas.ts";
import type { Endpoint } from "./endpoint.ts";
import { chatBody, repairMessages, type WireMessage, wireMessages } from "./messages.ts";
import { Refusal } from "./refusal.ts";
import { readCall, ToolCallFragments, type WrittenCall } from "./tool_calls.ts";

/** What the stage works with. */
export interface OpenAiChatOptions {
  readonly endpoint: Endpoint;
  readonly requester: Requester;
  readonly timeoutMs: Pick<StageTimeouts, "chatFirstToken" | "chatIdle">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often a model is told, within one answer, that its tool calls cannot be read: a second time it would not know better. */
const MAX_REPAIRS = 1;

/** Statuses with which servers refuse tools that their model or their start options do not allow. */
const TOOLS_REFUSED: ReadonlySet<number> = new Set([400, 422, 500, 501]);

/** What one request gave beside its words. */
interface Round {
  readonly spoken: string;
  readonly calls: readonly WrittenCall[];
  readonly finish: string;
}

/** Chat by one model of one server. */
export class OpenAiChat {
  readonly #options: OpenAiChatOptions;
  #refusesTools = false;

  constructor(options: OpenAiChatOptions) {
    this.#options = options;
  }

  /**
   * Streams the answer.
   *
   * @throws `StageError`; the signal's reason after an abort.
   */
  async *answer(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatEvent, void, void> {
    const taken = new Set(
      request.messages.flatMap((message) => message.role === "assistant" ? message.toolCalls ?? [] : []).map(({ id }) => id),
    );
    let messages = wireMessages(request.messages);
    for (let repairs = 0;; repairs++) {
      const round = yield* this.#roundWithTools(messages, request.tools, taken, signal);
      const read = round.calls.map(readCall);
      if (!read.includes(undefined)) {
        for (const call of read) if (call !== undefined) yield { type: "tool_call", call };
        return;
      }
      if (repairs === MAX_REPAIRS || round.finish === "length") throw this.#unreadable(round);
      const { endpoint: { model }, logger } = this.#options;
      logger.warn("Model {model} called a tool with arguments that are no JSON object, and is told so", { model });
      for (const { id } of round.calls) taken.add(id);
      messages = [...messages, ...repairMessages(round.spoken, round.calls, (call) => readCall(call) !== undefined)];
    }
  }

  /** A model that takes no tools answers without them, now and from now on. */
  async *#roundWithTools(
    messages: readonly WireMessage[],
    tools: ChatRequest["tools"],
    taken: ReadonlySet<string>,
    signal: AbortSignal,
  ): AsyncGenerator<ChatEvent, Round, void> {
    if (this.#refusesTools || tools.length === 0) return yield* this.#round(messages, [], taken, signal);
    try {
      return yield* this.#round(messages, tools, taken, signal);
    } catch (error) {
      const isRefusal = error instanceof Refusal && TOOLS_REFUSED.has(error.status) && /\btools?\b|tool_choice|--jinja/i.test(error.detail);
      if (!isRefusal) throw error;
      const { endpoint: { model }, logger } = this.#options;
      const fields = { model, reason: error.detail };
      logger.warn("Model {model} takes no tools and answers without them, so it cannot control the device: {reason}", fields);
      this.#refusesTools = true;
      return yield* this.#round(messages, [], taken, signal);
    }
  }

  async *#round(
    messages: readonly WireMessage[],
    tools: ChatRequest["tools"],
    taken: ReadonlySet<string>,
    signal: AbortSignal,
  ): AsyncGenerator<ChatEvent, Round, void> {
    const { endpoint, requester, timeoutMs: { chatFirstToken: firstMs, chatIdle: idleMs }, clock } = this.#options;
    signal.throwIfAborted();
    using wait = new Deadline(clock, signal);
    let thought = false;
    wait.arm(firstMs, () => this.#late(thought));
    const call = { stage: "chat", method: "POST", path: "/chat/completions", contentType: "application/json" } as const;
    const accept = "text/event-stream, application/json;q=0.9";
    const body = chatBody(endpoint, messages, tools);
    using answer = await requester.send({ ...call, accept, body, timeoutMs: firstMs }, wait.signal);
    const words = new AnswerWords();
    const calls = new ToolCallFragments();
    let begun = false;
    let finish = "";
    for await (const delta of readDeltas(answer, endpoint, Math.max(firstMs, idleMs))) {
      if (finish === "" || finish === "done") finish = delta.finish ?? finish;
      const events = delta.text === "" ? [] : words.push(delta.text);
      for (const fragment of delta.fragments) calls.push(fragment);
      checkLength(words.spoken.length + calls.chars);
      thought ||= delta.thinks || delta.text !== "";
      // Thoughts and signs of life do not begin an answer; once it has begun, thoughts keep it alive.
      begun ||= events.length > 0 || delta.fragments.length > 0;
      if (events.length > 0) {
        // Only waiting for the server counts: the consumer may take its time.
        wait.disarm();
        yield* events;
      }
      if (begun && (delta.thinks || delta.text !== "" || delta.fragments.length > 0)) {
        wait.arm(idleMs, () => new StageError("chat", "timeout", `Answer of model ${endpoint.model} stood still for ${idleMs} ms`));
      }
    }
    wait.disarm();
    yield* words.end();
    this.#checkEnd(finish, words.spoken, calls.chars);
    return { spoken: words.spoken, calls: calls.calls(taken), finish };
  }

  #checkEnd(finish: string, spoken: string, callChars: number): void {
    const { endpoint: { model, keys }, logger } = this.#options;
    if (finish === "") {
      throw new StageError("chat", "cut_off", `Server broke off the answer of model ${model} after ${spoken.length} characters`);
    }
    if (finish === "length") {
      logger.warn("Answer of model {model} was cut by its limit of tokens after {chars} characters", { model, chars: spoken.length });
    }
    if (spoken.trim() !== "" || callChars > 0) return;
    if (finish === "length") {
      const right = `max_tokens in ${keys.model.replace(/model$/, "extraBody")} must leave room for it`;
      throw new StageError("chat", "bad_answer", `Model ${model} used up its tokens before it began its answer; ${right}`);
    }
    if (finish === "content_filter") {
      throw new StageError("chat", "rejected", `Answer of model ${model} was withheld by the server's content filter`);
    }
  }

  #late(thought: boolean): StageError {
    const { endpoint: { model, keys }, timeoutMs: { chatFirstToken } } = this.#options;
    const help = `; raise esp32Server.timeoutMs.chatFirstToken, or let it think less with ${keys.model.replace(/model$/, "extraBody")}`;
    const text = `Model ${model} did not begin its answer within ${chatFirstToken} ms${thought ? `, only thought${help}` : ""}`;
    return new StageError("chat", "timeout", text);
  }

  #unreadable({ calls, finish }: Round): StageError {
    const bad = calls.find((call) => readCall(call) === undefined);
    const cut = finish === "length" ? ", cut by its limit of tokens" : "";
    const what = `${bad?.text.length ?? 0} characters that are no JSON object${cut}`;
    return new StageError("chat", "bad_answer", `Model ${this.#options.endpoint.model} called the tool "${bad?.name ?? ""}" with ${what}`);
  }
}

function checkLength(chars: number): void {
  if (chars > MAX_CHAT_CHARS) {
    throw new StageError("chat", "too_large", `Chat answer is longer than the ${MAX_CHAT_CHARS} characters allowed`);
  }
}
