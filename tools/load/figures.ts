/**
 * What a fleet brought back, as figures.
 *
 * @module
 */

import { judge, LATE_GAP_MS } from "../../bench/support/arrivals.ts";
import type { FleetReport, FleetTurn } from "../../bench/support/fleet_messages.ts";
import { quantile } from "../../bench/support/stats.ts";

/** One frame, milliseconds. */
export const FRAME_MS = 60;

/** A list of milliseconds; `null` where the list is empty. */
export interface Spread {
  readonly count: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** Gaps between neighbouring frames. */
export interface Gaps {
  readonly count: number;
  /** Of those, longer than 65 ms. */
  readonly late: number;
  /** Of all, in percent; `null` for none. */
  readonly latePercent: number | null;
  readonly p99Ms: number | null;
}

/** What a fleet in conversation saw. */
export interface FleetFigures {
  readonly turns: { readonly wanted: number; readonly answered: number; readonly finished: number; readonly interrupted: number };
  /** End of speech to first frame. */
  readonly responseMs: Spread;
  /** The same less what the stages take: push-to-talk turns, from `listen stop` on. `null` where the stages are unknown. */
  readonly addedMs: Spread | null;
  /** Of turns whose end the VAD found, from the end of the sound, and less the silence that ends an utterance, too. */
  readonly addedByEarMs: Spread | null;
  readonly frames: number;
  readonly gaps: Gaps;
  /** Moments at which a loudspeaker ran dry. */
  readonly underruns: number;
  /** Devices to which that happened. */
  readonly dryDevices: number;
  readonly silentMs: number;
  readonly abort: {
    /** `abort` to the last frame that came after it; 0 where none came. */
    readonly toLastFrameMs: Spread;
    readonly toStopMs: Spread;
    /** Frames that came after `tts stop`, of any turn. */
    readonly framesAfterStop: number;
  };
  /** Wall times between which all devices had begun and none was through; `null` where that never was so. */
  readonly steady: { readonly from: number; readonly to: number } | null;
  /** Share of that time in which a device is spoken to; of the whole, where there was none. */
  readonly duty: number;
  readonly errors: { readonly refused: number; readonly broken: number; readonly refusal: string | null };
  /** When, in wall time: the first loudspeaker beyond the allowed share ran dry; the last turn ended. */
  readonly dryAt: number | null;
}

/** What is known of the server. */
export interface FigureOptions {
  readonly devices: number;
  readonly turns: number;
  /** All stages together; undefined where unknown. */
  readonly stagesMs: number | undefined;
  /** Ends an utterance. */
  readonly silenceMs: number;
  /** Sent ahead. */
  readonly leadFrames: number;
  /** Share of the devices that may run dry. */
  readonly dryShare: number;
}

/** Percentiles (nearest rank). */
export function spreadOf(values: readonly number[]): Spread {
  const at = (q: number) => values.length === 0 ? null : round(quantile(values, q));
  return { count: values.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** Sums gaps up. */
export function gapsOf(gaps: readonly number[]): Gaps {
  const late = gaps.filter((gap) => gap > LATE_GAP_MS).length;
  return {
    count: gaps.length,
    late,
    latePercent: gaps.length === 0 ? null : round(100 * late / gaps.length, 3),
    p99Ms: spreadOf(gaps).p99,
  };
}

/** Judges what a fleet brought back. */
export function figuresOf(report: FleetReport, options: FigureOptions): FleetFigures {
  const turns = report.devices.flat().filter(({ frames }) => frames.length > 0);
  const judged = turns.map(({ frames }) => judge(frames, options.leadFrames));
  const response = (turn: FleetTurn) => (turn.frames[0] ?? NaN) - turn.askedAt;
  const added = (chosen: readonly FleetTurn[], more: number) => {
    const { stagesMs } = options;
    return stagesMs === undefined ? null : spreadOf(chosen.map((turn) => response(turn) - stagesMs - more));
  };
  const frames = turns.reduce((sum, turn) => sum + turn.frames.length, 0);
  const aborted = turns.flatMap(({ abortAt, stopAt, frames }) => abortAt === undefined ? [] : [{ abortAt, stopAt, frames }]);
  const dryTimes = report.devices.map((each) => Math.min(...each.map(({ frames }) => firstDry(frames)))).sort((a, b) => a - b);
  const dryAt = dryTimes[Math.floor(options.devices * options.dryShare)];
  const steady = steadyOf(report, options.devices);
  const { from, to } = steady ?? report;
  const within = turns.reduce((sum, turn) => sum + turn.frames.filter((at) => at >= from && at < to).length, 0);
  return {
    turns: {
      wanted: options.devices * options.turns,
      answered: turns.length,
      finished: turns.filter(({ ended }) => ended).length,
      interrupted: aborted.length,
    },
    responseMs: spreadOf(turns.map(response)),
    addedMs: added(turns.filter(({ button }) => button === true), 0),
    addedByEarMs: added(turns.filter(({ button }) => button !== true), options.silenceMs),
    frames,
    gaps: gapsOf(judged.flatMap(({ gaps }) => gaps)),
    underruns: judged.reduce((sum, { underruns }) => sum + underruns, 0),
    dryDevices: dryTimes.filter(Number.isFinite).length,
    silentMs: round(judged.reduce((sum, { silentMs }) => sum + silentMs, 0)),
    abort: {
      toLastFrameMs: spreadOf(aborted.map(({ abortAt, frames }) => Math.max(0, (frames.at(-1) ?? 0) - abortAt))),
      toStopMs: spreadOf(aborted.flatMap(({ abortAt, stopAt }) => stopAt === undefined ? [] : [stopAt - abortAt])),
      framesAfterStop: turns.reduce((sum, { stopAt = Infinity, frames }) => sum + frames.filter((at) => at > stopAt).length, 0),
    },
    steady,
    duty: round(within * FRAME_MS / (options.devices * Math.max(1, to - from)), 3),
    errors: { refused: report.refused, broken: report.lost - report.refused, refusal: report.refusal ?? null },
    dryAt: dryAt === undefined || !Number.isFinite(dryAt) ? null : dryAt,
  };
}

/** Shorter stretches hold too few samples of CPU time. */
const MIN_STEADY_MS = 2000;

function steadyOf({ devices }: FleetReport, wanted: number): { readonly from: number; readonly to: number } | null {
  const begun = devices.flatMap((turns) => turns[0] === undefined ? [] : [turns[0].askedAt]);
  const through = devices.flatMap((turns) => turns.at(-1)?.frames.at(-1) ?? []);
  const [from, to] = [Math.max(...begun), Math.min(...through)];
  return begun.length < wanted || through.length < wanted || to - from < MIN_STEADY_MS ? null : { from, to };
}

/** When a reply's loudspeaker first ran dry; Infinity for never. */
function firstDry(times: readonly number[]): number {
  let playEnd = times[0] ?? 0;
  for (const time of times) {
    if (time > playEnd) return playEnd;
    playEnd += FRAME_MS;
  }
  return Infinity;
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
