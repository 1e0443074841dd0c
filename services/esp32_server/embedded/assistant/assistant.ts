/**
 * The offline assistant: small, honest about it, in Chinese and English. It answers at once and calls the device's volume tool.
 *
 * @module
 */

import type { Clock } from "../../../../base/clock.ts";
import type { ChatEvent, ChatRequest, ChatStage, StageOptions, ToolSpec } from "../../stages.ts";
import { languageOf, type SpokenLanguage } from "../text_language.ts";
import { unrecognizedSeconds } from "../unrecognized.ts";
import { formatNumber, sumIn } from "./arithmetic.ts";
import { type Reply, result, say, smallTalk, unknown, volumeSet } from "./phrases.ts";
import { answerTime } from "./time.ts";
import { type AnsweredCall, answeredCall, statusTool, volumeOfStatus, volumeTool, volumeWish } from "./volume.ts";

/** Either something to say or a tool to call. */
type Answer = Reply | { readonly tool: ToolSpec; readonly arguments: Readonly<Record<string, unknown>> };

/** Needs no network, no model and no state. */
export class OfflineAssistant implements ChatStage {
  readonly #clock: Clock;
  readonly #timezone: string;

  /** `timezone` is an IANA name, or empty for the machine's. */
  constructor(clock: Clock, timezone: string) {
    this.#clock = clock;
    this.#timezone = timezone;
  }

  async *chat(request: ChatRequest, { signal }: StageOptions): AsyncGenerator<ChatEvent, void, void> {
    signal.throwIfAborted();
    const answer = await Promise.resolve(this.#answer(request));
    if ("tool" in answer) {
      // Unique within the turn: each round of tools adds messages.
      yield { type: "tool_call", call: { id: `call_${request.messages.length}`, name: answer.tool.name, arguments: answer.arguments } };
      return;
    }
    yield { type: "emotion", emotion: answer.emotion };
    for (const text of sentences(answer.text)) {
      signal.throwIfAborted();
      yield { type: "text", text };
    }
  }

  #answer(request: ChatRequest): Answer {
    const text = request.messages.findLast((message) => message.role === "user")?.content ?? "";
    if (unrecognizedSeconds(text) !== undefined) return say("heardOnly", languageOf("", request.language), "confused");
    const language = languageOf(text, request.language);
    const answered = answeredCall(request);
    if (answered !== undefined) return afterTool(answered, request, text, language);
    return volume(request, text, language) ?? this.#plain(text, language);
  }

  #plain(text: string, language: SpokenLanguage): Reply {
    const sum = sumIn(text);
    if (sum !== undefined) {
      return Number.isFinite(sum.value) ? result(formatNumber(sum.value), language) : say("noDivision", language, "confused");
    }
    const time = answerTime(text, language, this.#clock.wall(), this.#timezone);
    if (time !== undefined) return { emotion: "neutral", text: time };
    return smallTalk(text, language) ?? unknown(language);
  }
}

function volume(request: ChatRequest, text: string, language: SpokenLanguage): Answer | undefined {
  const wish = volumeWish(text);
  if (wish === undefined) return undefined;
  const tool = volumeTool(request.tools);
  if (tool === undefined) return say("noVolumeTool", language, "sad");
  if (wish.type === "set") return { tool, arguments: { volume: wish.value } };
  const status = statusTool(request.tools);
  if (wish.type === "step" && status !== undefined) return { tool: status, arguments: {} };
  return say("whichVolume", language, "thinking");
}

function afterTool(answered: AnsweredCall, request: ChatRequest, text: string, language: SpokenLanguage): Answer {
  if (answered.isError) return say("failed", language, "sad");
  if (answered.kind === "set") return volumeSet(Number(answered.call.arguments["volume"]), language);
  if (answered.kind === "other") return say("done", language, "happy");
  const wish = volumeWish(text);
  const now = volumeOfStatus(answered.answer);
  const tool = volumeTool(request.tools);
  if (tool === undefined || now === undefined || wish?.type !== "step") return say("whichVolume", language, "thinking");
  return { tool, arguments: { volume: Math.max(0, Math.min(100, now + wish.by)) } };
}

/** The sentences of a text, each with the space that follows it, so that they join to the text. */
function sentences(text: string): readonly string[] {
  return text.match(/.*?(?:[.!?](?:\s+|$)|[。！？]|$)/gu)?.filter((sentence) => sentence !== "") ?? [];
}
