/**
 * Records in words.
 *
 * @module
 */

import type { Chart } from "../../services/charts/model.ts";
import type { RecordLine } from "../../services/recorder/read.ts";
import { idsOf } from "../recording/states.ts";

/** A time since the beginning, such as `42.880 s` or `3:07.020`. */
export function offset(us: number): string {
  const ms = Math.max(0, Math.round(us / 1000));
  const seconds = (ms % 60_000) / 1000;
  return ms < 60_000 ? `${seconds.toFixed(3)} s` : `${Math.floor(ms / 60_000)}:${seconds.toFixed(3).padStart(6, "0")}`;
}

/** An event type as the chart calls it, such as `after recognizingLimit (35 s)`. */
export function eventName(type: string, chart: Chart | undefined): string {
  return type.startsWith("xstate.") ? chart?.edges.find(({ event }) => event === type)?.label ?? type : type;
}

/** The states of a step without what they have in common, such as `vad → recognizing.working`. */
export function pathOf({ from, to }: RecordLine): string {
  const short = (text: string | undefined) => idsOf(text).map((id) => id.split(".").slice(1).join(".") || id).join(", ");
  return from === undefined ? short(to) : `${short(from)} → ${short(to)}`;
}

/** A value of a record in one line. */
export function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "";
}

/** What changed in a value: each key with what it is and what it was. A value without keys is one without a name. */
export function changes(
  before: unknown,
  now: unknown,
): readonly { readonly key: string; readonly before?: unknown; readonly now?: unknown }[] {
  const [old, current] = [entriesOf(before), entriesOf(now)];
  const keys = [...new Set([...Object.keys(current), ...Object.keys(old)])];
  return keys.map((key) => ({
    key,
    ...(Object.hasOwn(old, key) ? { before: old[key] } : {}),
    ...(Object.hasOwn(current, key) ? { now: current[key] } : {}),
  }));
}

function entriesOf(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : { "": value };
}
