/**
 * The volume of the device, set through the device's own tool.
 *
 * @module
 */

import type { ChatMessage, ChatRequest, ToolCall, ToolSpec } from "../../stages.ts";
import { chineseNumber } from "./numbers_zh.ts";
import { readEnglishNumber } from "./numbers_en.ts";

/** Names in firmware up to 2.0.5 (`main/mcp_server.cc`), behind prefixes and with dots replaced. */
const SET_TOOL = /audio_speaker_set_volume$/;
const STATUS_TOOL = /get_device_status$/;

/** Step of "louder" and "quieter": the one that the buttons of most boards make (`boards/`, volume up and down). */
const STEP = 10;

/** What is asked of the volume: a value of 0 to 100, or a step. */
export type VolumeWish =
  | { readonly type: "set"; readonly value: number }
  | { readonly type: "step"; readonly by: number }
  | { readonly type: "unclear" };

/** The wish in a text; `undefined` when it is about something else. */
export function volumeWish(text: string): VolumeWish | undefined {
  const plain = text.normalize("NFKC").toLowerCase();
  if (/静音|\bmute\b/.test(plain)) return { type: "set", value: 0 };
  const about = /音量|声音|\bvolume\b|\bsound level\b/.test(plain);
  if (about) {
    if (/最大|\bmax(imum)?\b/.test(plain)) return { type: "set", value: 100 };
    if (/最小|\bmin(imum)?\b/.test(plain)) return { type: "set", value: 0 };
    const value = numberIn(plain);
    if (value !== undefined) return value <= 100 ? { type: "set", value: Math.round(value) } : { type: "unclear" };
  }
  if (/\blouder\b|大声|响一点|大点声/.test(plain) || (about && /大|高|\bup\b|\braise\b|\bincrease\b/.test(plain))) {
    return { type: "step", by: STEP };
  }
  if (
    /\bquieter\b|\bsofter\b|小声|轻一点|小点声/.test(plain) || (about && /小|低|\bdown\b|\blower\b|\bdecrease\b|\breduce\b/.test(plain))
  ) {
    return { type: "step", by: -STEP };
  }
  return about ? { type: "unclear" } : undefined;
}

/** The tool that sets the volume, where the device has one. */
export function volumeTool(tools: readonly ToolSpec[]): ToolSpec | undefined {
  return tools.find((tool) => SET_TOOL.test(tool.name));
}

/** The tool that tells the volume, where the device has one. */
export function statusTool(tools: readonly ToolSpec[]): ToolSpec | undefined {
  return tools.find((tool) => STATUS_TOOL.test(tool.name));
}

/** The call of this turn that the last message answers. */
export interface AnsweredCall {
  readonly call: ToolCall;
  readonly kind: "set" | "status" | "other";
  readonly isError: boolean;
  readonly answer: string;
}

/** What was called and answered, when the conversation ends with a tool's answer. */
export function answeredCall(request: ChatRequest): AnsweredCall | undefined {
  const last = request.messages.at(-1);
  if (last?.role !== "tool") return undefined;
  const call = request.messages.findLast((message): message is Extract<ChatMessage, { role: "assistant" }> =>
    message.role === "assistant" && (message.toolCalls ?? []).some(({ id }) => id === last.toolCallId)
  )?.toolCalls?.find(({ id }) => id === last.toolCallId);
  if (call === undefined) return undefined;
  const kind = SET_TOOL.test(call.name) ? "set" : STATUS_TOOL.test(call.name) ? "status" : "other";
  return { call, kind, isError: last.isError ?? false, answer: last.content };
}

/** The volume in the JSON that the status tool answers: `{"audio_speaker":{"volume":70},…}`. */
export function volumeOfStatus(json: string): number | undefined {
  try {
    const status = JSON.parse(json) as { audio_speaker?: { volume?: unknown } } | null;
    const volume = status?.audio_speaker?.volume;
    return typeof volume === "number" && volume >= 0 && volume <= 100 ? volume : undefined;
  } catch {
    return undefined;
  }
}

function numberIn(text: string): number | undefined {
  const digits = /\d+(?:\.\d+)?/.exec(text)?.[0];
  if (digits !== undefined) return Number(digits);
  const words = text.split(/[^a-z]+/).filter((word) => word !== "");
  for (let at = 0; at < words.length; at++) {
    const number = readEnglishNumber(words, at);
    if (number !== undefined) return number.value;
  }
  // "一点" means "a little": the 一 of it is no volume.
  const spoken = text.replace(/百分之/gu, "").replace(/一(?=[点些下])/gu, "");
  const characters = /[零〇一二两三四五六七八九十百]+/u.exec(spoken)?.[0];
  return characters === undefined ? undefined : chineseNumber(characters);
}
