/**
 * The pieces of a chat answer: events of a stream, or the one JSON object of servers that ignore `stream`.
 *
 * @module
 */

import { AppError } from "../../../base/errors.ts";
import { StageError } from "../errors.ts";
import { MAX_CHAT_CHARS, MAX_JSON_BYTES } from "../http/limits.ts";
import type { Answer } from "../http/requester.ts";
import { readEvents } from "../http/sse.ts";
import { isPage, pageInstead } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import { peek } from "./first_bytes.ts";
import { errorWords } from "./refusal.ts";
import type { ToolFragment } from "./tool_calls.ts";

/** One piece, as far as its fields can be used. */
export interface Delta {
  readonly text: string;
  /** Whether the model thinks, in a field of its own. */
  readonly thinks: boolean;
  readonly fragments: readonly ToolFragment[];
  /** Why the answer ends, where this is its last piece. */
  readonly finish?: string;
}

/** Bytes of a stream: its text, its thoughts, and the framing of each of its characters sent singly; some frames are 400 bytes long. */
const MAX_STREAM_BYTES = MAX_CHAT_CHARS * 512;

/** Enough to tell JSON, a page and events apart. */
const HEAD_BYTES = 1;

const NOTHING: Delta = { text: "", thinks: false, fragments: [] };

/**
 * The pieces of an answer. A stream that breaks off within an event ends quietly: whoever knows whether the answer was over says so.
 *
 * @param stillMs Longest time between two pieces of any kind.
 * @throws `StageError`
 */
export async function* readDeltas(answer: Answer, endpoint: Endpoint, stillMs: number): AsyncGenerator<Delta, void, void> {
  const type = answer.response.headers.get("content-type") ?? "";
  const { head, all } = await peek(answer.pieces(stillMs, MAX_STREAM_BYTES), HEAD_BYTES);
  // The type is often wrong; only where the first byte says nothing, it decides.
  if ((/json|html/i.test(type) ? /^[{<\s]/ : /^[{<]/).test(String.fromCharCode(head[0] ?? 0))) {
    yield await wholeAnswer(all, type, endpoint);
    return;
  }
  try {
    for await (const { event, data } of readEvents(all)) {
      if (data === "[DONE]") {
        yield { ...NOTHING, finish: "done" };
        return;
      }
      yield deltaOf(jsonOf(data), event);
    }
  } catch (error) {
    if (!(error instanceof AppError && error.code === "event_cut_off")) throw answer.failure(error);
  }
}

/** Reads one JSON value of an answer. Fields that are not as they should be count as absent. */
export function deltaOf(value: unknown, event = "message"): Delta {
  const failure = errorWords(value) ?? (event === "error" ? "" : undefined);
  if (failure !== undefined) throw new StageError("chat", "unavailable", `Server broke off its answer: ${failure || "it did not say why"}`);
  const [choice] = arrayOf(fieldsOf(value)["choices"]);
  const { delta, message, finish_reason: finish } = fieldsOf(choice);
  const { content, refusal, reasoning, reasoning_content: thoughts, tool_calls: calls } = fieldsOf(delta ?? message);
  return {
    text: textOf(content) || textOf(refusal),
    thinks: isText(reasoning) || isText(thoughts),
    fragments: arrayOf(calls).map(fragmentOf),
    ...(isText(finish) ? { finish } : {}),
  };
}

async function wholeAnswer(pieces: AsyncIterable<Uint8Array>, type: string, endpoint: Endpoint): Promise<Delta> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of pieces) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > MAX_JSON_BYTES) throw new StageError("chat", "too_large", `Chat answer is longer than ${MAX_JSON_BYTES} characters`);
  }
  if (isPage(type, text)) throw pageInstead("chat", endpoint);
  const value = jsonOf(text + decoder.decode());
  const delta = deltaOf(value);
  if (arrayOf(fieldsOf(value)["choices"]).length === 0) throw new StageError("chat", "bad_answer", "Chat answer has no choices");
  return { ...delta, finish: delta.finish ?? "done" };
}

function jsonOf(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw new StageError("chat", "bad_answer", `Chat answer has ${data.length} characters that are no JSON; a chat completion is needed`);
  }
}

function fragmentOf(value: unknown): ToolFragment {
  const { index, id, function: called } = fieldsOf(value);
  const { name, arguments: given } = fieldsOf(called);
  return {
    ...(typeof index === "number" ? { index } : {}),
    ...(isText(id) ? { id } : {}),
    ...(isText(name) ? { name } : {}),
    // Some servers send the object itself.
    text: typeof given === "string" ? given : given === undefined || given === null ? "" : JSON.stringify(given),
  };
}

/** A text, or the text parts of a list of parts. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return arrayOf(content).map((part) => textOf(fieldsOf(part)["text"])).join("");
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return Object(value) as Record<string, unknown>;
}
