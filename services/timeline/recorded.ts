/**
 * What a device's recording says of one turn. Pure; whatever a line holds, nothing of it is trusted.
 *
 * @module
 */

import type { TurnRecord } from "../history/store.ts";
import type { ToolSpan } from "./waterfall.ts";

/** A record, as far as it is looked at. */
export interface RecordedLine {
  /** Milliseconds since the turn's start. */
  readonly atMs: number;
  readonly kind: string;
  readonly actor: string;
  readonly type: string;
  readonly from: string;
  readonly to: string;
  readonly ignored: boolean;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Records beyond the commit that still belong to the turn: what its end leads to, milliseconds. */
const AFTER_MS = 100;

/**
 * The records of a turn's time and connection, oldest first, from a recording as NDJSON. Empty where the recording does not cover the turn: the turn must
 * have begun in it. Lines that cannot be read are passed over.
 */
export function recordsOf(
  ndjson: string,
  { turnId, startedAt, endedAt, timings }: Pick<TurnRecord, "turnId" | "startedAt" | "endedAt" | "timings">,
): readonly RecordedLine[] {
  const lastMs = Math.max(endedAt - startedAt, timings.persistedMs ?? 0, timings.playoutEndMs ?? 0) + AFTER_MS;
  const found: (RecordedLine & { readonly conn: unknown })[] = [];
  let turnNote: Record<string, unknown> | undefined;
  for (const line of ndjson.split("\n")) {
    const record = parsed(line);
    if (record === undefined || typeof record.wall !== "number" || typeof record.kind !== "string") continue;
    const atMs = record.wall - startedAt;
    // A millisecond is rounding.
    if (!(atMs >= -1 && atMs <= lastMs)) continue;
    const [actor, type, from, to] = [record.actor, record.type, record.from, record.to].map((each) => typeof each === "string" ? each : "");
    const data = isObject(record.data) ? record.data : {};
    if (record.kind === "note" && type === "turn" && data.id === turnId) turnNote ??= record;
    found.push({
      atMs,
      kind: record.kind,
      actor: actor!,
      type: type!,
      from: from!,
      to: to!,
      ignored: record.ignored === true,
      data,
      conn: record.conn,
    });
  }
  return turnNote === undefined ? [] : found.filter(({ conn }) => conn === turnNote?.conn);
}

/** The calls of tools among the records of a turn. One that was not answered ends with the last record. */
export function toolsIn(records: readonly RecordedLine[], turnId: string): readonly ToolSpan[] {
  const spans: { tool: string; startMs: number; endMs: number; open: boolean }[] = [];
  const last = records.at(-1)?.atMs ?? 0;
  for (const { atMs, kind, type, data } of records) {
    if (kind !== "note" || data.turnId !== turnId || typeof data.tool !== "string") continue;
    if (type === "tool_call") spans.push({ tool: data.tool, startMs: atMs, endMs: last, open: true });
    if (type !== "tool_answer") continue;
    const span = spans.find(({ tool, open }) => open && tool === data.tool);
    if (span !== undefined) Object.assign(span, { endMs: atMs, open: false });
  }
  return spans.map(({ tool, startMs, endMs }) => ({ tool, startMs, endMs }));
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
