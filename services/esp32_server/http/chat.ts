/**
 * The chat call: a stream of events, or one JSON answer from servers that ignore `stream`.
 *
 * @module
 */

import { isEmotion } from "../../../protocol/emotions.ts";
import { StageError } from "../errors.ts";
import type { ChatEvent, ChatMessage, ChatRequest } from "../stages.ts";
import { MAX_CHAT_CHARS, MAX_JSON_BYTES } from "./limits.ts";
import type { Answer } from "./requester.ts";
import { readEvents } from "./sse.ts";

/** Bytes of a stream: its text and as much framing again for each of its characters sent singly. */
const MAX_STREAM_BYTES = MAX_CHAT_CHARS * 128;

/** The request body. Tools are not part of the HTTP contract and are left out. */
export function chatBody(request: ChatRequest, foldContext: boolean): string {
  const messages = request.messages.flatMap((message) =>
    message.role === "tool" || message.content === "" ? [] : [{ role: message.role, content: message.content }]
  );
  return JSON.stringify({
    message: foldContext ? folded(request.messages) : request.messages.findLast((message) => message.role === "user")?.content ?? "",
    stream: true,
    messages,
    session_id: request.sessionId,
    device_id: request.deviceId,
  });
}

/** The whole conversation as one text, for servers that know no `messages`. */
function folded(messages: readonly ChatMessage[]): string {
  const names = { user: "User", assistant: "Assistant" } as const;
  const spoken = messages.flatMap((message) =>
    message.role === "user" || message.role === "assistant" ? [{ who: names[message.role], text: message.content }] : []
  );
  const last = spoken.findLastIndex(({ who }) => who === "User");
  const system = messages.flatMap((message) => message.role === "system" ? [message.content] : []).join("\n");
  const earlier = spoken.slice(0, Math.max(0, last)).map(({ who, text }) => `${who}: ${text}`).join("\n");
  const question = spoken[last]?.text ?? "";
  if (earlier === "" && system === "") return question;
  return [system, earlier, earlier === "" ? question : `User: ${question}`].filter((part) => part !== "").join("\n\n");
}

/**
 * The events of the answer.
 *
 * @throws `StageError`
 */
export async function* readChat(answer: Answer, idleMs: number): AsyncGenerator<ChatEvent, void, void> {
  const type = answer.response.headers.get("content-type") ?? "";
  if (/json/i.test(type)) {
    const { text } = Object(await answer.json(MAX_JSON_BYTES)) as { text?: unknown };
    if (typeof text !== "string") throw badAnswer('has no text; {"text": "…"} is needed');
    yield* checked(text, MAX_CHAT_CHARS);
    return;
  }
  if (!/event-stream/i.test(type)) {
    await answer.response.body?.cancel();
    throw badAnswer(`is ${type === "" ? "of no type" : type.slice(0, 60)}; text/event-stream or application/json is needed`);
  }
  let left = MAX_CHAT_CHARS;
  let texts = 0;
  try {
    for await (const { event, data } of readEvents(answer.pieces(idleMs, MAX_STREAM_BYTES))) {
      if (data === "[DONE]") return;
      const piece = pieceOf(event, data);
      if (piece.emotion !== undefined) yield { type: "emotion", emotion: piece.emotion };
      if (piece.text === undefined) continue;
      yield* checked(piece.text, left);
      left -= piece.text.length;
      texts++;
    }
  } catch (error) {
    throw answer.failure(error);
  }
  // Servers that do not know [DONE] just end; one that said nothing at all did not answer.
  if (texts === 0) throw new StageError("chat", "cut_off", "Chat stream ended without a text and without [DONE]");
}

function* checked(text: string, left: number): Generator<ChatEvent, void, void> {
  if (text.length > left) throw new StageError("chat", "too_large", `Chat answer is longer than the ${MAX_CHAT_CHARS} characters allowed`);
  if (text !== "") yield { type: "text", text };
}

function pieceOf(event: string, data: string): { readonly text?: string; readonly emotion?: string } {
  // The founding contract says "a stream of text pieces": data that is no JSON object is such a piece.
  if (!data.startsWith("{")) return event === "error" ? failed(data) : { text: data };
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(data) as Record<string, unknown>;
  } catch {
    throw badAnswer("has an event that begins like JSON and is none");
  }
  if (event === "error" || value["error"] !== undefined) return failed(String(value["detail"] ?? value["error"] ?? ""));
  const { text, emotion } = value;
  return {
    ...(typeof text === "string" ? { text } : {}),
    ...(typeof emotion === "string" && isEmotion(emotion) ? { emotion } : {}),
  };
}

function failed(detail: string): never {
  throw new StageError("chat", "unavailable", `Server broke off its answer: ${detail.slice(0, 200)}`);
}

function badAnswer(what: string): StageError {
  return new StageError("chat", "bad_answer", `Chat answer ${what}`);
}
