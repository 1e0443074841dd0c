/**
 * A turn as a waterfall: one bar a stage, on a scale that shows what the person waited for.
 *
 * @module
 */

import { type StageName, timeline, type TimelineSource } from "../../services/timeline/timeline.ts";

/** What a stage's time is spent on: a rule of this server, the work of a provider, this server's own work, or playback. */
export type RowKind = "rule" | "provider" | "server" | "silence" | "playback";

/** One bar. Times in milliseconds from the instant at which waiting begins. */
export interface WaterfallRow {
  readonly label: string;
  readonly kind: RowKind;
  readonly startMs: number;
  readonly durationMs: number;
}

/** The bars of a turn. */
export interface Waterfall {
  readonly rows: readonly WaterfallRow[];
  /** Left edge of the scale: 0, or less where a bar begins before it. */
  readonly fromMs: number;
  /** Right edge of the scale; what comes later is only hinted at. */
  readonly scaleMs: number;
  /** What the zero of the scale is. */
  readonly origin: string;
  readonly responseMs?: number;
  readonly audibleMs?: number;
  /** A sentence about marks that could not be used; empty where there are none. */
  readonly remark: string;
}

const ROWS: Readonly<Record<StageName, readonly [label: string, kind: RowKind]>> = {
  vad_silence: ["VAD silence", "rule"],
  asr_final: ["Recognition", "provider"],
  endpoint_wait: ["Endpoint wait", "rule"],
  llm_ttft: ["Model, first token", "provider"],
  first_sentence: ["First sentence", "provider"],
  tts_ttfb: ["Speech, first byte", "provider"],
  first_frame: ["First frame", "server"],
  tts_leading_silence: ["Leading silence", "silence"],
  playout: ["Playback", "playback"],
  persist: ["Commit", "server"],
};

/** How much of playback the scale shows beyond the first sound: a part of what was waited for. */
const BEYOND = 0.12;

/** The waterfall of a turn. */
export function waterfall(turn: TimelineSource): Waterfall {
  const { stages, fromMs, responseMs, audibleMs, refused } = timeline(turn);
  const zero = fromMs ?? stages[0]?.startMs ?? 0;
  const rows = stages.map(({ name, startMs, durationMs }) => {
    const [label, kind] = ROWS[name];
    return { label, kind, startMs: startMs - zero, durationMs };
  });
  const last = rows.reduce((max, { startMs, durationMs }) => Math.max(max, startMs + durationMs), 0);
  const waited = audibleMs ?? responseMs;
  return {
    rows,
    fromMs: Math.min(0, ...rows.map(({ startMs }) => startMs)),
    scaleMs: Math.max(1, waited === undefined ? last : Math.max(waited, Math.min(last, waited * (1 + BEYOND)))),
    origin: fromMs === undefined ? "the first mark" : turn.source === "speech" ? "the end of speech" : "the start",
    ...(responseMs === undefined ? {} : { responseMs }),
    ...(audibleMs === undefined ? {} : { audibleMs }),
    remark: refused.length === 0 ? "" : `Not used, because they lie before the turn: ${refused.join(", ")}`,
  };
}

/** What was waited for, in a sentence; empty where it is not known. */
export function summary({ origin, responseMs, audibleMs }: Waterfall): string {
  if (responseMs === undefined) return "";
  const sound = audibleMs === undefined || audibleMs === responseMs ? "" : `, ${milliseconds(audibleMs)} to the first sound`;
  return `${milliseconds(responseMs)} from ${origin} to the first frame${sound}`;
}

/** A length of time, as exact as a person wants it. */
export function milliseconds(ms: number): string {
  return Math.abs(ms) < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
