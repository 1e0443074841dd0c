/**
 * Where a replay takes another path than the recording.
 *
 * @module
 */

import type { RecordLine } from "../../services/recorder/record.ts";
import { FED, type GuardAnswer, guardsBetween, isEvent, type PathStep, recordedPath, replayedPath } from "./session.ts";

/** One side of a difference. */
export interface Side {
  /** States before and after the event; the same where no transition answered it. */
  readonly from: string;
  readonly to: string;
  /** Type of the event, where a transition answered it. */
  readonly event?: string;
  /** What guards were asked for it, and answered. */
  readonly guards: readonly GuardAnswer[];
}

/** The first difference of two paths. */
export interface Difference {
  /** How many steps are the same before it. */
  readonly step: number;
  /** Number of the record whose event leads to different states. */
  readonly seq: number;
  readonly event: string;
  readonly recorded: Side;
  readonly now: Side;
  /** Why the chart of now crashed, where it did and the recorded one did not. */
  readonly crash?: string;
}

/**
 * Compares two recordings of one session.
 *
 * @param sameEdges Whether the numbers of transitions mean the same in both.
 */
export function compare(recorded: readonly RecordLine[], replayed: readonly RecordLine[], sameEdges: boolean): Difference | undefined {
  const [before, now] = [recordedPath(recorded), replayedPath(replayed)];
  const crash = crashOf(recorded) === undefined ? crashOf(replayed) : undefined;
  const length = Math.max(before.length, now.length);
  let at = 0;
  while (at < length && isSame(before[at], now[at], sameEdges)) at++;
  if (at === length && crash === undefined) return undefined;
  const [a, b] = [before[at], now[at]];
  const cause = Math.min(a?.cause ?? Infinity, b?.cause ?? Infinity);
  const seq = cause === Infinity ? fedLast(replayed) : cause;
  const lastOf = (path: readonly PathStep[]) => path[at - 1]?.to ?? "";
  const side = (path: readonly PathStep[], step: PathStep | undefined, guards: readonly GuardAnswer[]): Side => {
    const from = lastOf(path);
    // A step that answers a later event says that this one was not answered.
    return step?.cause === seq ? { from, to: step.to, event: step.event, guards } : { from, to: from, guards };
  };
  const asked = guardsBetween(recorded, (record) => record.seq === seq, isEvent);
  const isFed = (record: RecordLine) => record.kind === "note" && record.type === FED;
  const askedNow = guardsBetween(replayed, (record) => isFed(record) && seqOf(record) === seq, isFed);
  const named = (seq === a?.cause ? a : b)?.event ?? recorded.find((record) => record.seq === seq)?.type ?? "";
  return {
    step: at,
    seq: Math.ceil(seq),
    event: named,
    recorded: side(before, a, asked),
    now: side(now, b, askedNow),
    ...(crash === undefined ? {} : { crash }),
  };
}

function isSame(a: PathStep | undefined, b: PathStep | undefined, sameEdges: boolean): boolean {
  if (a === undefined || b === undefined) return false;
  return a.event === b.event && a.to === b.to && (!sameEdges || a.edges.join() === b.edges.join());
}

function crashOf(records: readonly RecordLine[]): string | undefined {
  const record = records.find(({ kind, type }) => kind === "error" && type === "crash");
  if (record === undefined) return undefined;
  const { message, name } = (record.data ?? {}) as { message?: unknown; name?: unknown };
  return typeof message === "string" ? message : String(name ?? "error");
}

function fedLast(replayed: readonly RecordLine[]): number {
  return replayed.reduce((last, record) => (record.kind === "note" && record.type === FED ? seqOf(record) : last), 0);
}

function seqOf(record: RecordLine): number {
  return (record.data as { seq: number }).seq;
}
