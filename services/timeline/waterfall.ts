/**
 * A turn as a waterfall: one bar a stage, on a scale that shows what the person waited for, beside what is usual. Pure.
 *
 * @module
 */

import { fill } from "../../base/fill.ts";
import type { TurnRecord } from "../history/store.ts";
import type { Latency, Spread } from "./latency.ts";
import { type StageName, type Sum, sumOf, timeline, type TimelineSource } from "./timeline.ts";
import { ENGLISH, milliseconds, type PictureWords } from "./words.ts";

/** What time is spent on: a rule of this server, the work of a provider, this server's own work, a tool, or playback. */
export type RowKind = "total" | "person" | "rule" | "provider" | "server" | "silence" | "playback" | "tool";

/** What the zero of the scale is. */
export type WaterfallOrigin = "speech_end" | "start" | "first_mark";

/** A call of a tool; milliseconds since the turn's start. */
export interface ToolSpan {
  readonly tool: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** One bar. Times in milliseconds from the instant at which waiting begins. */
export interface WaterfallRow {
  readonly name: StageName | "speech" | "response" | "tool";
  readonly label: string;
  readonly kind: RowKind;
  readonly startMs: number;
  readonly durationMs: number;
  /** How much of it the person waited for. */
  readonly waitedMs: number;
  /** What is usual for the device. */
  readonly usual?: Spread;
}

/** The bars of a turn. */
export interface Waterfall {
  readonly rows: readonly WaterfallRow[];
  /** Left edge of the scale; what came before is only hinted at. */
  readonly fromMs: number;
  /** Right edge of the scale; what comes later is only hinted at. */
  readonly scaleMs: number;
  /** The zero, since the turn's start. */
  readonly zeroMs: number;
  readonly origin: WaterfallOrigin;
  readonly responseMs?: number;
  readonly audibleMs?: number;
  /** When the reply was cut off, where it was. */
  readonly cutMs?: number;
  /** What the stages come to; absent where the response time is not known. */
  readonly sum?: Sum;
  /** What is usual for the response, where there is something to compare with. */
  readonly usual?: Spread;
  /** Marks that could not be used. */
  readonly refused: readonly string[];
}

/** What a waterfall is made of. */
export type WaterfallTurn = TimelineSource & Partial<Pick<TurnRecord, "outcome">>;

/** How a waterfall is made. */
export interface WaterfallOptions {
  /** What is usual for the device. */
  readonly latency?: Latency | undefined;
  readonly tools?: readonly ToolSpan[];
  /** `waiting` shows what was waited for and hints at the rest; `whole` shows the turn to its end. @default {"waiting"} */
  readonly extent?: "waiting" | "whole";
  /** Whether there are bars for the speech and for the whole response beside the stages. @default {true} */
  readonly around?: boolean;
  readonly words?: PictureWords;
}

const KINDS: Readonly<Record<StageName, RowKind>> = {
  vad_silence: "rule",
  asr_final: "provider",
  endpoint_wait: "rule",
  llm_ttft: "provider",
  first_sentence: "provider",
  tts_ttfb: "provider",
  first_frame: "server",
  tts_leading_silence: "silence",
  playout: "playback",
  persist: "server",
};

/** How much of what comes before and after the waiting is shown: a part of what was waited for. */
const BEYOND = 0.12;
/** How much further the scale goes for what is usual: beyond that, a usual response leaves the picture. */
const ROOM_FOR_USUAL = 1.5;
/** One turn is not what is usual. */
const MIN_USUAL = 2;

/** The waterfall of a turn. */
export function waterfall(turn: WaterfallTurn, options: WaterfallOptions = {}): Waterfall {
  const { latency, tools = [], extent = "waiting", around = true, words = ENGLISH } = options;
  const found = timeline(turn);
  const { stages, fromMs, responseMs, audibleMs, refused } = found;
  const zero = fromMs ?? stages[0]?.startMs ?? 0;
  const usual = enough(latency?.response);
  const row = (name: WaterfallRow["name"], kind: RowKind, startMs: number, durationMs: number, waitedMs: number, spread?: Spread) => ({
    name,
    label: words.rows[name],
    kind,
    startMs: startMs - zero,
    durationMs,
    waitedMs,
    ...(spread === undefined ? {} : { usual: spread }),
  });
  const speech = turn.source === "speech" && fromMs !== undefined && fromMs > 0 ? [row("speech", "person", 0, fromMs, 0)] : [];
  const response = responseMs === undefined || fromMs === undefined
    ? []
    : [row("response", "total", fromMs, responseMs, responseMs, usual)];
  const rows: WaterfallRow[] = [
    ...stages.map((each) =>
      row(each.name, KINDS[each.name], each.startMs, each.durationMs, each.responseMs, enough(latency?.stages[each.name]))
    ),
    ...tools.map(({ tool, startMs, endMs }) => ({
      ...row("tool", "tool", startMs, Math.max(0, endMs - startMs), 0),
      label: fill(words.rows.tool, { tool }),
    })),
  ].sort((a, b) => a.startMs - b.startMs);
  if (around) rows.unshift(...speech, ...response);
  const cut = cutAt(turn, found.stages);
  const end = Math.max(0, ...rows.map(({ startMs, durationMs }) => startMs + durationMs));
  const waited = audibleMs ?? responseMs;
  const isWhole = extent === "whole" || waited === undefined;
  const beyond = isWhole ? 0 : Math.max(waited * (1 + BEYOND), Math.min(usual?.p95Ms ?? 0, waited * ROOM_FOR_USUAL));
  const first = Math.min(0, ...rows.map(({ startMs }) => startMs));
  return {
    rows,
    fromMs: isWhole || !around ? first : Math.max(first, -waited * BEYOND),
    scaleMs: Math.max(1, isWhole ? end : Math.max(waited, Math.min(end, beyond))),
    zeroMs: zero,
    origin: fromMs === undefined ? "first_mark" : turn.source === "speech" ? "speech_end" : "start",
    ...(responseMs === undefined ? {} : { responseMs, sum: sumOf(found)! }),
    ...(audibleMs === undefined ? {} : { audibleMs }),
    ...(cut === undefined ? {} : { cutMs: cut - zero }),
    ...(usual === undefined ? {} : { usual }),
    refused,
  };
}

/** What was waited for, in a sentence; empty where it is not known. */
export function summary({ origin, responseMs, audibleMs }: Waterfall, words: PictureWords = ENGLISH): string {
  if (responseMs === undefined) return "";
  const text = fill(words.summary, { response: milliseconds(responseMs, words), origin: words.origins[origin] });
  if (audibleMs === undefined || audibleMs === responseMs) return text;
  return fill(words.sound, { summary: text, audible: milliseconds(audibleMs, words) });
}

/** What is usual, in a sentence; empty where there is nothing to compare with. */
export function comparison({ usual }: Waterfall, words: PictureWords = ENGLISH): string {
  if (usual === undefined) return "";
  return fill(words.compared, {
    count: usual.count,
    p50: milliseconds(usual.p50Ms, words),
    p95: milliseconds(usual.p95Ms, words),
  });
}

/** A sentence about marks that could not be used; empty where there are none. */
export function remark({ refused }: Waterfall, words: PictureWords = ENGLISH): string {
  return refused.length === 0 ? "" : fill(words.refused, { marks: refused.join(", ") });
}

function enough(spread: Spread | undefined): Spread | undefined {
  return spread === undefined || spread.count < MIN_USUAL ? undefined : spread;
}

/** When an interrupted reply fell silent: with its playback, else where nothing was played yet, with the turn. */
function cutAt({ outcome, timings }: WaterfallTurn, stages: ReturnType<typeof timeline>["stages"]): number | undefined {
  if (outcome !== "interrupted") return undefined;
  const ended = stages.find(({ name }) => name === "playout")?.endMs ?? timings.commitMs;
  return ended === undefined || !(ended >= 0) ? undefined : ended;
}
