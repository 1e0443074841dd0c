/**
 * A whole recording as a strip: what the device was doing when, where something failed, where nobody answered an event.
 *
 * @module
 */

import type { RecordLine } from "../../services/recorder/read.ts";
import { TURN_STATES } from "../chart/life.ts";
import { around, idsOf } from "../recording/states.ts";

/** Places of the strip: more than a screen has pixels for things one can tell apart. */
export const PLACES = 600;

/** States that are told apart, besides those of a turn. */
const OTHER_STATES = ["idle", "connecting", "preparing", "closing", "closed"];
const NAMED: ReadonlySet<string> = new Set([...TURN_STATES, ...OTHER_STATES]);

/** Something at one place. */
export interface Mark {
  /** 0 to {@link PLACES} - 1. */
  readonly place: number;
  readonly kind: "error" | "ignored";
  /** Position of the first record of this kind there. */
  readonly at: number;
}

/** What the device was doing for a while. */
export interface Stretch {
  /** Name of the state, such as `recognizing`; empty where it is not known. */
  readonly state: string;
  readonly from: number;
  /** The place behind the last. */
  readonly to: number;
}

/** A recording at a glance. */
export interface Strip {
  /** Microseconds at which it begins and ends. */
  readonly startUs: number;
  readonly endUs: number;
  readonly stretches: readonly Stretch[];
  readonly marks: readonly Mark[];
}

/** Makes the strip of a recording. Of states that share a place the one that lasted longest there is shown. */
export function stripOf(records: readonly RecordLine[]): Strip {
  const startUs = records[0]?.t ?? 0;
  const endUs = records.reduce((latest, { t }) => Math.max(latest, t), startUs);
  const perPlace = Math.max(1, endUs - startUs) / PLACES;
  const placeOf = (t: number) => Math.max(0, Math.min(PLACES - 1, Math.floor((t - startUs) / perPlace)));
  const longest: { state: string; us: number }[] = Array.from({ length: PLACES }, () => ({ state: "", us: 0 }));
  const marks = new Map<string, Mark>();
  let state = "";
  let since = startUs;
  const spend = (until: number): void => {
    for (let place = placeOf(since); place <= placeOf(until) && state !== ""; place++) {
      const us = Math.min(until, startUs + (place + 1) * perPlace) - Math.max(since, startUs + place * perPlace);
      if (us >= longest[place]!.us) longest[place] = { state, us };
    }
    since = until;
  };
  for (const [at, record] of records.entries()) {
    const kind = record.kind === "error" ? "error" : record.ignored === true ? "ignored" : undefined;
    if (kind !== undefined) {
      const place = placeOf(record.t);
      if (!marks.has(`${kind} ${place}`)) marks.set(`${kind} ${place}`, { place, kind, at });
    }
    if (record.kind !== "step" || record.actor.includes("/") || record.to === undefined) continue;
    const next = nameOf(record.to);
    if (next === state) continue;
    spend(record.t);
    state = next;
  }
  spend(endUs);
  return { startUs, endUs, stretches: joined(longest.map((each) => each.state)), marks: [...marks.values()] };
}

/** The state that people know, of innermost active ones. */
function nameOf(to: string): string {
  const [first = ""] = idsOf(to);
  for (const id of around(first)) {
    const key = id.slice(id.lastIndexOf(".") + 1);
    if (NAMED.has(key)) return key;
  }
  return first.slice(first.lastIndexOf(".") + 1);
}

function joined(states: readonly string[]): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (const [place, state] of states.entries()) {
    const last = stretches.at(-1);
    if (last?.state === state) stretches[stretches.length - 1] = { ...last, to: place + 1 };
    else stretches.push({ state, from: place, to: place + 1 });
  }
  return stretches;
}
