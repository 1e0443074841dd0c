/**
 * A replay in words.
 *
 * @module
 */

import type { Difference, Side } from "./compare.ts";
import type { ReplayedSession, ReplayReport } from "./run.ts";
import type { PathStep } from "./session.ts";

/** Steps shown before a difference, and after it. */
const BEFORE = 5;
const AFTER = 8;
/** Widest column of states, characters. */
const MAX_COLUMN = 60;

/** Whether everything that was replayed took the recorded path. */
export function isSame({ sessions }: ReplayReport): boolean {
  return sessions.every(({ difference }) => difference === undefined);
}

/** Whether anything could be replayed. */
export function isReplayed({ sessions }: ReplayReport): boolean {
  return sessions.some(({ skipped }) => skipped === undefined);
}

/** The report for a person. With `whole` every step is shown, also where the paths are the same. */
export function reportText(report: ReplayReport, whole: boolean): string {
  const { device, app, recordedHash, hash, cut } = report;
  return [
    `Recording of ${device} by version ${app}`,
    ...(recordedHash === undefined || recordedHash === hash
      ? []
      : [`The chart has changed: the recording has machine ${recordedHash}, this program ${hash}`]),
    ...(cut ? ["The last line is cut off, and was left out"] : []),
    ...report.sessions.flatMap((session) => sessionLines(session, whole)),
    "",
  ].join("\n");
}

function sessionLines(session: ReplayedSession, whole: boolean): string[] {
  const { conn, skipped, recorded, now, difference } = session;
  const title = `Connection ${conn}`;
  if (skipped !== undefined) return ["", `${title}: not replayed, because ${skipped}`];
  if (difference === undefined) {
    return ["", `${title}: ${recorded.length} steps, the same path`, ...(whole ? table(recorded, now, 0, recorded.length) : [])];
  }
  const { step } = difference;
  const length = Math.max(recorded.length, now.length);
  const [from, to] = whole ? [0, length] : [Math.max(0, step - BEFORE), Math.min(length, step + AFTER)];
  return [
    "",
    `${title}: ${step} steps are the same, then the paths part`,
    ...table(recorded, now, from, to),
    "",
    ...differenceLines(difference),
  ];
}

function differenceLines({ seq, event, recorded, now, crash }: Difference): string[] {
  return [
    `They part at record ${seq}, event ${event}`,
    ...(crash === undefined ? [] : [`  the chart crashed now: ${crash}`]),
    ...sideLines("recorded", recorded),
    ...sideLines("now", now),
  ];
}

function sideLines(name: string, { from, to, event, guards }: Side): string[] {
  const asked = guards.map(({ guard, result }) => `${guard} ${result ? "yes" : "no"}`).join(", ");
  return [
    `  ${name.padEnd(9)} ${event === undefined ? `stayed in ${from}` : `${from} → ${to}`}`,
    `  ${"".padEnd(9)} guards: ${asked === "" ? "none asked" : asked}`,
  ];
}

function table(recorded: readonly PathStep[], now: readonly PathStep[], from: number, to: number): string[] {
  const rows = Array.from({ length: to - from }, (_, index) => from + index).map((at) => {
    const [a, b] = [recorded[at], now[at]];
    return { at, event: a?.event ?? b?.event ?? "", a: a?.to ?? "–", b: cellOf(a, b), same: a?.to === b?.to && a?.event === b?.event };
  });
  const width = (of: (row: typeof rows[number]) => string) => Math.min(MAX_COLUMN, Math.max(8, ...rows.map((row) => of(row).length)));
  const [events, states] = [width((row) => row.event), width((row) => row.a)];
  const line = (mark: string, at: string, event: string, a: string, b: string) =>
    `${mark} ${at.padStart(5)}  ${event.padEnd(events)}  ${a.padEnd(states)}  ${b}`.trimEnd();
  return [
    line(" ", "step", "event", "recorded", "now"),
    ...rows.map(({ at, event, a, b, same }) => line(same ? " " : "≠", String(at), event, a, same ? "" : b)),
  ];
}

function cellOf(recorded: PathStep | undefined, now: PathStep | undefined): string {
  if (now === undefined) return "–";
  return recorded === undefined || recorded.event === now.event ? now.to : `${now.to} (${now.event})`;
}
