/**
 * When a server counts as broken by its load, and by what.
 *
 * @module
 */

import { quantile } from "../../bench/support/stats.ts";
import type { FleetFigures } from "./figures.ts";

/** Devices whose loudspeaker may run dry: one in a hundred. */
export const DRY_SHARE = 0.01;
/** An event loop that is later than this holds back a frame longer than the lead of two frames lasts. */
export const MAX_LOOP_MS = 100;
/** Over so long the loop's delay is judged: a single collection of garbage breaks nothing. */
const LOOP_WINDOW_MS = 1000;

/** One thing that broke. */
export interface Break {
  readonly what: "connections_refused" | "loop_delay" | "devices_dry" | "turns_unfinished";
  /** In words, with the figure. */
  readonly detail: string;
  /** Milliseconds after the fleet was sent out. */
  readonly afterMs: number;
}

/** Timers of the server's event loop: how late each second's were. */
export interface LoopSecond {
  /** Its end, in wall time. */
  readonly at: number;
  readonly lateMs: readonly number[];
}

/** All that broke, what broke first first. `sentAt` and `endedAt` are wall times. */
export function breaksOf(
  figures: FleetFigures,
  loop: readonly LoopSecond[],
  times: { readonly sentAt: number; readonly endedAt: number },
): readonly Break[] {
  const after = (at: number) => Math.max(0, Math.round(at - times.sentAt));
  const broken: Break[] = [];
  const { errors, turns, dryDevices, dryAt } = figures;
  if (errors.refused > 0) {
    broken.push({
      what: "connections_refused",
      detail: `${errors.refused} connections refused: ${errors.refusal ?? "no reason"}`,
      afterMs: 0,
    });
  }
  // A loop that stands still writes nothing for longer than a second; what it then writes has the delay in it.
  const slow = loop.find(({ lateMs }) => quantile(lateMs, 0.99) > MAX_LOOP_MS);
  if (slow !== undefined) {
    const detail = `event loop ${Math.round(quantile(slow.lateMs, 0.99))} ms late (P99 of a second; more than ${MAX_LOOP_MS})`;
    broken.push({ what: "loop_delay", detail, afterMs: after(slow.at - LOOP_WINDOW_MS) });
  }
  if (dryAt !== null) {
    broken.push({ what: "devices_dry", detail: `${dryDevices} devices ran dry (more than ${100 * DRY_SHARE} %)`, afterMs: after(dryAt) });
  }
  const unfinished = turns.wanted - turns.finished;
  if (unfinished > 0) {
    const detail = `${unfinished} of ${turns.wanted} turns unfinished, ${errors.broken} connections broken`;
    broken.push({ what: "turns_unfinished", detail, afterMs: after(times.endedAt) });
  }
  return broken.sort((a, b) => a.afterMs - b.afterMs);
}
