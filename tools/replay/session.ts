/**
 * What a recording holds of one connection.
 *
 * @module
 */

import type { Recording } from "../../services/recorder/read.ts";
import type { RecordLine } from "../../services/recorder/record.ts";

/** Name of the device's own actor in a recording. */
export const ROOT = "device";

/** The note that a replay writes before it feeds an event. */
export const FED = "fed";

/** One transition of the chart, or its start. */
export interface PathStep {
  /** Number of the record whose event led to it; a timer that fired only now has the number of the record after it, less a half. */
  readonly cause: number;
  /** Type of that event. */
  readonly event: string;
  /** Ids of the innermost active states afterwards, separated by spaces. */
  readonly to: string;
  /** Numbers of the transitions taken, as in the machine's chart. */
  readonly edges: readonly number[];
}

/** An answer of a guard. */
export interface GuardAnswer {
  readonly guard: string;
  readonly result: boolean;
}

/** One connection of a recording. */
export interface RecordedSession {
  /** Number of the connection. */
  readonly conn: number;
  /** Its records, in order. */
  readonly records: readonly RecordLine[];
  /** Why it cannot be replayed; absent where it can. */
  readonly problem?: string;
}

/** The connections of a recording, in order. */
export function sessionsOf(recording: Recording): RecordedSession[] {
  const byConn = new Map<number, RecordLine[]>();
  for (const record of recording.records) {
    const conn = record.conn ?? 0;
    const list = byConn.get(conn);
    if (list === undefined) byConn.set(conn, [record]);
    else list.push(record);
  }
  return [...byConn].sort(([a], [b]) => a - b).map(([conn, records]) => {
    const problem = problemOf(records);
    return { conn, records, ...(problem === undefined ? {} : { problem }) };
  });
}

/** The path that the device's chart took. */
export function recordedPath(records: readonly RecordLine[]): PathStep[] {
  return records.flatMap((record, index) => isStep(record) ? [stepOf(record, causeOf(records, index))] : []);
}

/** The path that the chart took in a replay, by the notes of what it was fed. */
export function replayedPath(records: readonly RecordLine[]): PathStep[] {
  let cause = -1;
  return records.flatMap((record) => {
    if (record.kind === "note" && record.type === FED) cause = (record.data as { seq: number }).seq;
    return isStep(record) ? [stepOf(record, cause)] : [];
  });
}

/** What guards answered in the records after one that is `from` and before one that is `until`. */
export function guardsBetween(
  records: readonly RecordLine[],
  from: (record: RecordLine) => boolean,
  until: (record: RecordLine) => boolean,
): GuardAnswer[] {
  const start = records.findIndex(from);
  if (start === -1) return [];
  const rest = records.slice(start + 1);
  const end = rest.findIndex(until);
  return (end === -1 ? rest : rest.slice(0, end)).flatMap((record) =>
    record.kind === "note" && record.type === "guard" ? [record.data as unknown as GuardAnswer] : []
  );
}

/** Whether a record is an event that the device's own actor was told. */
export function isEvent(record: RecordLine): boolean {
  return record.kind === "event" && record.actor === ROOT;
}

function isStep(record: RecordLine): boolean {
  return record.kind === "step" && record.actor === ROOT;
}

function stepOf(record: RecordLine, cause: number): PathStep {
  return { cause, event: record.type, to: record.to ?? "", edges: record.edges ?? [] };
}

/** The last event of the step's type before it: actors take their events one after the other. */
function causeOf(records: readonly RecordLine[], index: number): number {
  const type = records[index]!.type;
  for (let at = index - 1; at >= 0; at--) {
    const record = records[at]!;
    if (isEvent(record) && record.type === type) return record.seq;
  }
  return records[index]!.seq;
}

function problemOf(records: readonly RecordLine[]): string | undefined {
  const isStart = (record: RecordLine) => isStep(record) && record.type === "xstate.init";
  if (!records.some(isStart)) return "its beginning is not in the recording";
  if (!records.some(({ kind, type }) => kind === "note" && type === "settings")) return "the settings of the device are not in it";
  for (let at = 1; at < records.length; at++) if (records[at]!.t < records[at - 1]!.t - 1_000_000) return "its times go back";
  return undefined;
}
