/**
 * Where the time of a turn went: its stages, from its marks. Pure.
 *
 * The stages from the true end of speech to the first frame follow each other without a gap, so that they add up to the response time. Each
 * begins where everything before it had happened and lasts until its own mark: what was done ahead of its time, such as a text that was
 * recognised before the endpoint, took none.
 *
 * @module
 */

import type { TurnRecord, TurnTimings } from "../history/store.ts";

/** What a turn's time is spent on, in the words of the metrics. */
export type StageName =
  | "vad_silence"
  | "asr_final"
  | "endpoint_wait"
  | "llm_ttft"
  | "first_sentence"
  | "tts_ttfb"
  | "first_frame"
  | "tts_leading_silence"
  | "playout"
  | "persist";

/** All of them, in the order in which they come. */
export const STAGE_NAMES = [
  "vad_silence",
  "asr_final",
  "endpoint_wait",
  "llm_ttft",
  "first_sentence",
  "tts_ttfb",
  "first_frame",
  "tts_leading_silence",
  "playout",
  "persist",
] as const satisfies readonly StageName[];

/** One stage. Times in milliseconds since the turn's start. */
export interface Stage {
  readonly name: StageName;
  readonly startMs: number;
  readonly endMs: number;
  /** Never negative. */
  readonly durationMs: number;
  /** How much of it the person waited for: what of it lies between the end of speech and the first frame. */
  readonly responseMs: number;
}

/** The stages of a turn and what they come to. What cannot be known from the marks is absent. */
export interface Timeline {
  /** By their start. */
  readonly stages: readonly Stage[];
  /** When the response time begins: at the end of speech, or with the turn where nobody spoke. */
  readonly fromMs?: number;
  /** From the true end of speech, or the start of a turn that was typed or woken, to the first frame. */
  readonly responseMs?: number;
  /** From the same instant to the first sound: the response time and the silence at the start of the audio. */
  readonly audibleMs?: number;
  /** Time to first audio of the synthesiser: to its first byte, and the silence at the start of it. */
  readonly ttfaMs?: number;
  /** Marks that were not used because they lie before the turn, or are no time at all. */
  readonly refused: readonly (keyof TurnTimings)[];
}

/** What a timeline is computed from. */
export type TimelineSource = Pick<TurnRecord, "source" | "timings">;

/** The stages that make the response time, each with the mark at which it ends. */
const RESPONSE = [
  ["vad_silence", "vadEndMs"],
  ["asr_final", "recognizedMs"],
  ["endpoint_wait", "settledMs"],
  ["llm_ttft", "firstTokenMs"],
  ["first_sentence", "firstSentenceMs"],
  ["tts_ttfb", "firstAudioMs"],
  ["first_frame", "firstFrameMs"],
] as const satisfies readonly (readonly [StageName, keyof TurnTimings])[];

/**
 * The same for the marks that are there. Where the end of the VAD's part is not known, all of the time up to the endpoint counts as its
 * silence; where the decision to answer is not, it was made with the text.
 */
function chain(marks: Partial<Marks>): readonly (readonly [StageName, keyof TurnTimings])[] {
  const settled = RESPONSE.filter(([name]) => name !== "endpoint_wait" || marks.settledMs !== undefined);
  return marks.vadEndMs === undefined ? [["vad_silence", "endpointMs"], ...settled.slice(1)] : settled;
}

type Marks = { readonly [K in keyof TurnTimings]: number };

/** Computes the timeline of a turn. Any marks will do, in any order and with any missing. */
export function timeline({ source, timings }: TimelineSource): Timeline {
  const { marks, refused } = sound(timings);
  // A typed text and a wake word are there, whole, when their turn begins.
  const fromMs = source === "speech" ? marks.speechEndMs : 0;
  const { firstFrameMs, playoutEndMs, leadingSilenceMs, commitMs, persistedMs } = marks;
  const responseMs = span(fromMs, firstFrameMs);
  const window = responseMs === undefined ? undefined : { from: fromMs ?? 0, to: firstFrameMs ?? 0 };
  const stages = responseStages(marks, source === "speech", window);
  const after = (name: StageName, startMs: number | undefined, endMs: number | undefined) => {
    const durationMs = span(startMs, endMs);
    if (startMs === undefined || endMs === undefined || durationMs === undefined) return undefined;
    const stage: Stage = { name, startMs, endMs, durationMs, responseMs: 0 };
    stages.push(stage);
    return stage;
  };
  // A reply that is cut off in the middle of its silence was never heard.
  const soundAt = firstFrameMs === undefined || leadingSilenceMs === undefined ? undefined : firstFrameMs + leadingSilenceMs;
  const silence = after(
    "tts_leading_silence",
    firstFrameMs,
    soundAt === undefined ? undefined : Math.min(soundAt, playoutEndMs ?? soundAt),
  );
  after("playout", firstFrameMs, playoutEndMs);
  after("persist", commitMs, persistedMs);
  const heard = silence !== undefined && silence.endMs === soundAt;
  const ttfb = stages.find(({ name }) => name === "tts_ttfb");
  return {
    stages: stages.toSorted((a, b) => a.startMs - b.startMs),
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(responseMs === undefined ? {} : { responseMs }),
    ...(responseMs === undefined || !heard ? {} : { audibleMs: responseMs + silence.durationMs }),
    ...(ttfb === undefined || leadingSilenceMs === undefined ? {} : { ttfaMs: ttfb.durationMs + leadingSilenceMs }),
    refused,
  };
}

/** What the stages of a timeline come to, beside what was waited for. */
export interface Sum {
  /** What of the stages lies within the response time, milliseconds. */
  readonly partsMs: number;
  /** What of the response time no stage accounts for, because marks are missing: 0 where they add up; milliseconds. */
  readonly missingMs: number;
}

/** Adds the stages up; undefined where the response time is not known. */
export function sumOf({ stages, responseMs }: Timeline): Sum | undefined {
  if (responseMs === undefined) return undefined;
  const partsMs = stages.reduce((sum, stage) => sum + stage.responseMs, 0);
  return { partsMs, missingMs: Math.max(0, responseMs - partsMs) };
}

/** The marks that can be true. One before the turn is of something else: a stale anchor makes delays of minutes. */
function sound(timings: TurnTimings): { readonly marks: Partial<Marks>; readonly refused: readonly (keyof TurnTimings)[] } {
  const entries = Object.entries(timings) as [keyof TurnTimings, number | undefined][];
  const good = entries.filter(([, value]) => typeof value === "number" && Number.isFinite(value) && value >= 0);
  const refused = entries.filter((entry) => entry[1] !== undefined && !good.includes(entry)).map(([name]) => name);
  return { marks: Object.fromEntries(good), refused };
}

function responseStages(marks: Partial<Marks>, spoken: boolean, window: Window | undefined): Stage[] {
  const stages: Stage[] = [];
  /** Where everything so far had happened. */
  let at = spoken ? marks.speechEndMs ?? 0 : 0;
  /** Whether the mark before is there: a stage with an unknown start is left out. */
  let known = spoken && marks.speechEndMs !== undefined;
  for (const [name, mark] of chain(marks)) {
    const endMs = marks[mark];
    const begun = known || (!spoken && name === "llm_ttft");
    known = endMs !== undefined;
    if (endMs === undefined) continue;
    const end = Math.max(at, endMs);
    if (begun) stages.push({ name, startMs: at, endMs: end, durationMs: end - at, responseMs: within(at, end, window) });
    at = end;
  }
  return stages;
}

interface Window {
  readonly from: number;
  readonly to: number;
}

/** How much of a stretch lies within the window. */
function within(start: number, end: number, window: Window | undefined): number {
  if (window === undefined) return 0;
  return Math.max(0, Math.min(end, window.to) - Math.max(start, window.from));
}

/** Milliseconds between two instants that are known and in order. */
function span(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined || to < from ? undefined : to - from;
}
