/**
 * Which entries of the log are shown.
 *
 * @module
 */

import type { RecordLine } from "../../services/recorder/read.ts";
import type { Entry, EntryKind } from "./entries.ts";

/** What is wanted; nothing chosen is everything. */
export interface LogFilter {
  readonly kinds: ReadonlySet<EntryKind>;
  readonly actor: string;
  readonly type: string;
  /** Words that must all be somewhere in an entry. */
  readonly text: string;
  /** Events without a transition alone. */
  readonly ignored: boolean;
}

/** Everything. */
export const ALL: LogFilter = { kinds: new Set(), actor: "", type: "", text: "", ignored: false };

/** What there is to choose from. */
export interface LogFacets {
  readonly actors: readonly string[];
  readonly types: readonly string[];
}

/** The entries that fit. What is missing is always said. */
export function filterEntries(entries: readonly Entry[], filter: LogFilter): readonly Entry[] {
  const { kinds, actor, type, text, ignored } = filter;
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (kinds.size === 0 && actor === "" && type === "" && words.length === 0 && !ignored) return entries;
  return entries.filter((entry) => {
    const { kind, record, name } = entry;
    if (kind === "gap") return true;
    return (kinds.size === 0 || kinds.has(kind)) && (!ignored || record.ignored === true) && (actor === "" || record.actor === actor) &&
      (type === "" || name === type) && words.every((word) => textOf(entry).includes(word));
  });
}

/** The actors and types of some entries, in the order of the alphabet. */
export function facetsOf(entries: readonly Entry[]): LogFacets {
  const actors = new Set<string>();
  const types = new Set<string>();
  for (const { kind, record, name } of entries) {
    if (kind === "gap") continue;
    if (record.actor !== "") actors.add(record.actor);
    types.add(name);
  }
  return { actors: [...actors].sort(), types: [...types].sort() };
}

/** The place of the last entry at a position or before it; -1 where there is none. */
export function placeOf(entries: readonly Entry[], position: number): number {
  let [low, high] = [-1, entries.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((entries[middle]?.at ?? Infinity) <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}

const texts = new WeakMap<RecordLine, string>();

function textOf({ record, name, guards }: Entry): string {
  let text = texts.get(record);
  if (text === undefined) {
    const { kind, actor, type, from = "", to = "", data = "" } = record;
    texts.set(record, text = `${kind}\n${actor}\n${type}\n${name}\n${from}\n${to}\n${JSON.stringify(data)}`.toLowerCase());
  }
  return guards.length === 0 ? text : `${text}\n${guards.map(({ guard }) => guard).join("\n")}`.toLowerCase();
}
