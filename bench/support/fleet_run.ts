/**
 * Sends a fleet out and judges what it brings back.
 *
 * @module
 */

import { judge, late } from "./arrivals.ts";
import { startChild } from "./child.ts";
import type { FleetOrder, FleetProgress, FleetReport } from "./fleet_messages.ts";
import { program } from "./paths.ts";

/** What a fleet that talked or was paced brought back. */
export interface Outcome {
  /** Frames that arrived. */
  readonly frames: number;
  /** Gaps between frames, milliseconds. */
  readonly gaps: readonly number[];
  /** Of those, late ones. */
  readonly late: number;
  readonly underruns: number;
  readonly silentMs: number;
  /** Turns in which the loudspeaker ran dry. */
  readonly brokenTurns: number;
  readonly turns: number;
  /** End of the question to first frame, milliseconds, one a turn. */
  readonly responseMs: readonly number[];
  /** Turns that did not end, and connections that broke. */
  readonly unfinished: number;
  /** Wall times between which every device was being sent frames; empty (`to` not after `from`) where that never was so. */
  readonly from: number;
  readonly to: number;
}

/** Runs a fleet to its end. */
export async function runFleet(
  order: FleetOrder,
  onProgress: (progress: FleetProgress) => void = () => {},
  onStarted: (pid: number) => void = () => {},
): Promise<FleetReport> {
  await using child = startChild(program("fleet"), [JSON.stringify(order)], { permissions: "bench" });
  onStarted(child.pid);
  for (;;) {
    const said = await child.answer<FleetReport | { readonly progress: FleetProgress }>();
    if (!("progress" in said)) return said;
    onProgress(said.progress);
  }
}

/** Judges a report; `leadFrames` as in {@link judge}. */
export function outcomeOf({ devices, lost }: FleetReport, order: FleetOrder, leadFrames: number): Outcome {
  const turns = devices.flat().filter(({ frames }) => frames.length > 0);
  const judged = turns.map(({ frames }) => judge(frames, leadFrames));
  const gaps = judged.flatMap((each) => each.gaps);
  const sum = (of: (each: (typeof judged)[number]) => number) => judged.reduce((total, each) => total + of(each), 0);
  const first = devices.map((each) => each[0]?.frames ?? []);
  return {
    frames: turns.reduce((total, { frames }) => total + frames.length, 0),
    gaps,
    late: late(gaps),
    underruns: sum((each) => each.underruns),
    silentMs: sum((each) => each.silentMs),
    brokenTurns: judged.filter((each) => each.underruns > 0).length,
    turns: turns.length,
    responseMs: turns.filter(({ askedAt }) => askedAt > 0).map(({ askedAt, frames }) => (frames[0] ?? NaN) - askedAt),
    unfinished: lost + order.devices * order.turns - turns.filter(({ ended }) => ended).length,
    from: Math.max(...first.map((frames) => frames[0] ?? Infinity)),
    to: Math.min(...first.map((frames) => frames.at(-1) ?? -Infinity)),
  };
}
