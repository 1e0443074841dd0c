/**
 * A conversation as the API wants it.
 *
 * @module
 */

import type { ChatMessage, ChatRequest } from "../stages.ts";
import type { Endpoint } from "./endpoint.ts";
import type { WrittenCall } from "./tool_calls.ts";

/** One message on the wire. */
export type WireMessage = Readonly<Record<string, unknown>>;

/** Longest stretch of a model's own bad arguments that it is shown again. */
const MAX_SHOWN_CHARS = 500;

/** The messages. An assistant that said and called nothing is left out: many servers refuse empty messages. */
export function wireMessages(messages: readonly ChatMessage[]): WireMessage[] {
  return messages.flatMap((message): WireMessage[] => {
    if (message.role === "tool") {
      const { content, toolCallId, isError } = message;
      return [{ role: "tool", tool_call_id: toolCallId, content: isError === true ? `Error: ${content}` : content }];
    }
    if (message.role !== "assistant" || message.toolCalls === undefined || message.toolCalls.length === 0) {
      return message.content === "" ? [] : [{ role: message.role, content: message.content }];
    }
    const calls = message.toolCalls.map(({ id, name, arguments: given }) => wireCall(id, name, JSON.stringify(given)));
    return [{ role: "assistant", content: message.content, tool_calls: calls }];
  });
}

/**
 * What tells a model that it wrote calls which cannot be read: all of them with an answer each, since none was run. The bad text is shown
 * in the answer and not repeated as arguments, which servers parse.
 */
export function repairMessages(content: string, calls: readonly WrittenCall[], isGood: (call: WrittenCall) => boolean): WireMessage[] {
  const answers = calls.map((call) => ({
    role: "tool",
    tool_call_id: call.id,
    content: isGood(call)
      ? "Not run, because another call beside it was not valid. Call it again."
      : `Error: the arguments are no JSON object: ${call.text.slice(0, MAX_SHOWN_CHARS)}\nCall it again with valid JSON.`,
  }));
  return [{ role: "assistant", content, tool_calls: calls.map(({ id, name }) => wireCall(id, name || "unnamed", "{}")) }, ...answers];
}

/** The body of a request. The user's extra fields cannot change what the stage itself relies on. */
export function chatBody({ model, extraBody }: Endpoint, messages: readonly WireMessage[], tools: ChatRequest["tools"]): string {
  const functions = tools.map(({ name, description, parameters }) => ({ type: "function", function: { name, description, parameters } }));
  return JSON.stringify({ ...extraBody, model, messages, stream: true, ...(functions.length === 0 ? {} : { tools: functions }) });
}

function wireCall(id: string, name: string, text: string): unknown {
  return { id, type: "function", function: { name, arguments: text } };
}
