/**
 * The answer of the chat stage as one stream of text, with the tools it asks for run in between.
 *
 * @module
 */

import { AppError, messageOf } from "../../../base/errors.ts";
import type { ChatMessage, ChatRequest, ChatStage, ToolCall } from "../../../services/esp32_server/stages.ts";

/** Rounds of tool calls in one turn; a model that goes on calling has lost its way. The stock server stops at 5, too. */
const MAX_TOOL_ROUNDS = 5;

/** Where tools are run. */
export interface ToolRunner {
  /** Runs a tool of the device. */
  call(name: string, args: Readonly<Record<string, unknown>>, options: { readonly signal: AbortSignal }): Promise<ToolAnswer>;
}

/** What a tool answered. */
export interface ToolAnswer {
  readonly text: string;
  readonly isError: boolean;
}

/** What {@link answerOf} needs. */
export interface AnswerOptions {
  readonly chat: ChatStage;
  readonly request: ChatRequest;
  readonly tools: ToolRunner;
  readonly signal: AbortSignal;
  /** Called when the answer names an emotion. */
  readonly onEmotion: (emotion: string) => void;
}

/**
 * Streams the text of the answer.
 *
 * @throws AppError `too_many_tool_rounds`; what the chat stage throws.
 */
export async function* answerOf(options: AnswerOptions): AsyncGenerator<string> {
  let messages: readonly ChatMessage[] = options.request.messages;
  for (let round = 0; round <= MAX_TOOL_ROUNDS; round++) {
    const calls: ToolCall[] = [];
    let content = "";
    for await (const event of options.chat.chat({ ...options.request, messages }, { signal: options.signal })) {
      if (event.type === "tool_call") calls.push(event.call);
      else if (event.type === "emotion") options.onEmotion(event.emotion);
      else {
        content += event.text;
        yield event.text;
      }
    }
    if (calls.length === 0) return;
    // Ends the sentence, so that it is spoken before the tools are waited for.
    if (content !== "") yield "\n";
    const answers = await Promise.all(calls.map((call) => runTool(call, options)));
    messages = [...messages, { role: "assistant", content, toolCalls: calls }, ...answers];
  }
  throw new AppError(`Cannot finish the answer: the chat stage called tools ${MAX_TOOL_ROUNDS + 1} times in a row`, {
    code: "too_many_tool_rounds",
  });
}

async function runTool(call: ToolCall, { tools, signal }: AnswerOptions): Promise<ChatMessage> {
  try {
    const { text, isError } = await tools.call(call.name, call.arguments, { signal });
    return { role: "tool", content: text, toolCallId: call.id, isError };
  } catch (error) {
    signal.throwIfAborted();
    return { role: "tool", content: messageOf(error), toolCallId: call.id, isError: true };
  }
}
