/**
 * Where playing stops.
 *
 * @module
 */

import type { RecordLine } from "../../services/recorder/read.ts";
import { closure, idsOf } from "../recording/states.ts";

/** What playing stops at. */
export type Breakpoint =
  /** A state is entered. */
  | { readonly kind: "state"; readonly id: string }
  /** An event of a type comes. */
  | { readonly kind: "event"; readonly type: string }
  /** An actor fails. */
  | { readonly kind: "error" }
  /** An event comes that no transition answers. */
  | { readonly kind: "ignored" };

/** A text that is the same for the same breakpoint. */
export function keyOf(breakpoint: Breakpoint): string {
  const what = breakpoint.kind === "state" ? breakpoint.id : breakpoint.kind === "event" ? breakpoint.type : "";
  return `${breakpoint.kind} ${what}`;
}

/** Whether a record is what a breakpoint waits for. */
export function stopsAt(breakpoint: Breakpoint, record: RecordLine): boolean {
  switch (breakpoint.kind) {
    case "state": {
      if (record.kind !== "step") return false;
      return closure(idsOf(record.to)).has(breakpoint.id) && !closure(idsOf(record.from)).has(breakpoint.id);
    }
    case "event":
      return record.kind === "event" && record.type === breakpoint.type;
    case "error":
      return record.kind === "error";
    case "ignored":
      return record.ignored === true;
  }
}

/** The first position behind one at which a breakpoint waits; undefined where there is none up to `until`. */
export function nextStop(
  breakpoints: readonly Breakpoint[],
  recordAt: (position: number) => RecordLine | undefined,
  from: number,
  until: number,
): number | undefined {
  if (breakpoints.length === 0) return undefined;
  for (let at = from + 1; at <= until; at++) {
    const record = recordAt(at);
    if (record !== undefined && breakpoints.some((each) => stopsAt(each, record))) return at;
  }
  return undefined;
}
