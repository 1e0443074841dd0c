/**
 * What pictures of a turn say. The tools say it in English, the console in the language of its reader.
 *
 * @module
 */

import { fill } from "../../base/fill.ts";
import type { SequenceStep } from "./sequence.ts";
import type { RowKind, WaterfallOrigin, WaterfallRow } from "./waterfall.ts";

/** The words. `{name}` stands for a value. */
export interface PictureWords {
  readonly rows: Readonly<Record<WaterfallRow["name"], string>>;
  readonly kinds: Readonly<Record<RowKind, string>>;
  readonly origins: Readonly<Record<WaterfallOrigin, string>>;
  readonly lifelines: Readonly<Record<SequenceStep["from"], string>>;
  readonly steps: Readonly<Record<string, string>>;
  readonly ms: string;
  readonly s: string;
  readonly title: string;
  readonly sequence: string;
  readonly summary: string;
  readonly sound: string;
  readonly unknown: string;
  readonly compared: string;
  readonly typical: string;
  readonly took: string;
  readonly firstFrame: string;
  readonly firstSound: string;
  readonly cut: string;
  readonly refused: string;
  readonly leftOut: string;
}

/** English. */
export const ENGLISH = {
  rows: {
    speech: "Person speaks",
    response: "Response",
    vad_silence: "VAD silence",
    asr_final: "Recognition",
    endpoint_wait: "Endpoint wait",
    llm_ttft: "Model, first token",
    first_sentence: "First sentence",
    tts_ttfb: "Speech, first byte",
    first_frame: "First frame",
    tts_leading_silence: "Leading silence",
    playout: "Playback",
    persist: "Commit",
    tool: "Tool {tool}",
  },
  kinds: {
    total: "all that was waited for",
    person: "the person speaks",
    rule: "turn taking",
    provider: "recognition, chat, speech",
    server: "this server",
    silence: "silent audio",
    playback: "playback",
    tool: "tools",
  },
  origins: { speech_end: "the end of speech", start: "the start", first_mark: "the first mark" },
  lifelines: {
    device: "Device",
    actor: "Actor",
    recognize: "Recognition",
    chat: "Chat",
    tools: "Tools",
    synthesize: "Synthesis",
    store: "Store",
  },
  steps: {
    speech: "somebody begins to speak",
    silent: "they fall silent",
    ended: "the end of what was said",
    wake: "wake word",
    typed: "typed text: {text}",
    announced: "announcement of the owner",
    utterance: "the utterance",
    recognized: "“{text}”",
    nothing: "no words",
    question: "question with its context",
    token: "first words of the answer",
    sentence: "first sentence",
    audio: "first sound",
    frame: "first frame, {sound} silent",
    frameNow: "first frame",
    played: "played to its end: {heard} heard",
    interrupts: "interrupted after {heard}",
    commit: "commit: {outcome}",
    persisted: "on disk",
    failed: "failed: {text}",
    tool: "call {tool}",
    toolAnswer: "answer of {tool}",
    toolFailed: "{tool} refuses",
    timer: "timer {text}",
    ahead: "asked ahead, in the pause",
    ignored: "{text} (not answered)",
    owner: "owner: {text}",
  },
  ms: "{value} ms",
  s: "{value} s",
  title: "Where the time of a turn went",
  sequence: "Who told whom what in a turn",
  summary: "{response} from {origin} to the first frame",
  sound: "{summary}, {audible} to the first sound",
  unknown: "The response time of this turn is not known",
  compared: "Response of {count} turns of this device: P50 {p50}, P95 {p95}",
  took: "took",
  typical: "P50 to P95 of this device",
  firstFrame: "first frame",
  firstSound: "first sound",
  cut: "cut off",
  refused: "Not used, because they lie before the turn: {marks}",
  leftOut: "{count} more are left out",
} as const satisfies PictureWords;

/** A length of time, as exact as a person wants it. */
export function milliseconds(ms: number, words: Pick<PictureWords, "ms" | "s"> = ENGLISH): string {
  return Math.abs(ms) < 10_000 ? fill(words.ms, { value: Math.round(ms) }) : fill(words.s, { value: (ms / 1000).toFixed(1) });
}

/** The same for an instant: its distance from zero, with its sign. */
export function instant(ms: number, words: Pick<PictureWords, "ms" | "s"> = ENGLISH): string {
  return `${Math.round(ms) < 0 ? "−" : "+"}${milliseconds(Math.abs(ms), words)}`;
}
