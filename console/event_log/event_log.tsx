/**
 * The log of a device's events: thousands of lines, of which those in sight are drawn.
 *
 * @module
 */

import type { JSX } from "preact";
import { useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { useConsole, useTexts } from "../context.ts";
import { count } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import { Empty } from "../ui/states.tsx";
import { rowsInSight, useScroller } from "../ui/window.ts";
import type { Entry } from "./entries.ts";
import { EntryDetails } from "./entry_details.tsx";
import { EntryRow } from "./entry_row.tsx";
import { ALL, facetsOf, filterEntries, placeOf } from "./filter.ts";
import { LogFilters } from "./log_filters.tsx";
import { logTexts } from "./texts.ts";

/** Of one line, pixels, and of one that is too narrow for a single line of text; the style sheet has the same numbers. */
const ROW = 32;
const NARROW_ROW = 52;
/** Below this width, pixels, a line has two lines of text. */
const NARROW = 740;

/** What an {@link EventLog} shows. */
export interface EventLogProps {
  /** Oldest first; another list after each change. */
  readonly entries: readonly Entry[];
  /** Position of the record that is looked at; undefined follows the newest. */
  readonly selected: number | undefined;
  /** Somebody wants to look at a position, or at nothing in particular. */
  readonly onSelect: (at: number | undefined) => void;
}

/** The log, its filters, and the selected record. */
export function EventLog({ entries, selected, onSelect }: EventLogProps): JSX.Element {
  const { language } = useConsole();
  const t = useTexts(logTexts);
  const [filter, setFilter] = useState(ALL);
  const shown = useMemo(() => filterEntries(entries, filter), [entries, filter]);
  const facets = useMemo(() => facetsOf(entries), [entries]);
  const chosen = selected === undefined ? -1 : placeOf(shown, selected);
  const entry = chosen < 0 ? undefined : shown[chosen];
  const total = (list: readonly Entry[]) => count(list.length, language.value);
  return (
    <div class="event-log">
      <LogFilters filter={filter} facets={facets} onChange={setFilter} />
      {entries.length === 0 ? <Empty title={t.none} /> : shown.length === 0
        ? (
          <Empty title={t.noMatch}>
            <button type="button" onClick={() => setFilter(ALL)}>{t.showAll}</button>
          </Empty>
        )
        : <Lines shown={shown} chosen={chosen} onSelect={onSelect} />}
      <p class="log-count small soft numbers">{fill(t.shown, { shown: total(shown), all: total(entries) })}</p>
      {entry === undefined || entry.kind === "gap" ? null : <EntryDetails entry={entry} onClose={() => onSelect(undefined)} />}
    </div>
  );
}

interface LinesProps {
  readonly shown: readonly Entry[];
  /** Place of the selected entry; -1 for none. */
  readonly chosen: number;
  readonly onSelect: (at: number | undefined) => void;
}

function Lines({ shown, chosen, onSelect }: LinesProps): JSX.Element {
  const t = useTexts(logTexts);
  const { ref, scrollTop, width, height } = useScroller();
  const id = useId();
  const narrow = width < NARROW;
  const row = narrow ? NARROW_ROW : ROW;
  /** Whether the newest line is kept in sight. */
  const pinned = useRef(true);
  const top = useRef<Entry | undefined>(undefined);
  const chosenBefore = useRef(-1);
  const { first, end } = rowsInSight(scrollTop, height, row, shown.length);

  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null || height === 0) return;
    if (chosen < 0 && pinned.current) {
      element.scrollTop = shown.length * row;
      return;
    }
    // What is looked at stays where it is when older lines go.
    const before = top.current;
    const now = before === undefined ? -1 : placeOf(shown, before.at);
    const was = Math.floor(element.scrollTop / row);
    if (now >= 0 && shown[now]?.record === before?.record && now < was) element.scrollTop -= (was - now) * row;
  }, [shown, row, height]);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null || height === 0) return;
    const released = chosen < 0 && chosenBefore.current >= 0;
    chosenBefore.current = chosen;
    if (chosen < 0) {
      // Following again means the newest.
      if (released) pinned.current = true;
      if (pinned.current) element.scrollTop = shown.length * row;
      return;
    }
    pinned.current = false;
    const [from, to] = [chosen * row, (chosen + 1) * row];
    if (from < element.scrollTop) element.scrollTop = from;
    else if (to > element.scrollTop + height) element.scrollTop = to - height;
  }, [chosen, row, height]);
  useEffect(() => {
    top.current = shown[Math.floor(scrollTop / row)];
  });

  const scrolled = () => {
    const element = ref.current;
    // What comes back into sight begins at the top again, which nobody asked for.
    if (element !== null && element.clientHeight === height) {
      pinned.current = element.scrollTop + element.clientHeight >= element.scrollHeight - row;
    }
  };
  const look = useCallback((at: number) => onSelect(at), [onSelect]);
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      pinned.current = true;
      return onSelect(undefined);
    }
    const next = keyed(event.key, chosen < 0 ? shown.length : chosen, shown.length, Math.max(1, Math.floor(height / row) - 1));
    const entry = next === undefined ? undefined : shown[next];
    if (entry === undefined) return;
    event.preventDefault();
    onSelect(entry.at);
  };
  return (
    <div
      class={narrow ? "log-scroll narrow" : "log-scroll"}
      ref={ref}
      tabIndex={0}
      role="listbox"
      aria-label={t.title}
      aria-activedescendant={chosen >= first && chosen < end ? `${id}-${shown[chosen]?.at}` : undefined}
      onScroll={scrolled}
      onKeyDown={press}
    >
      <div class="log-space" role="presentation" style={{ height: `${shown.length * row}px` }}>
        {shown.slice(first, end).map((entry, index) => (
          <EntryRow
            key={entry.kind === "gap" ? `gap ${entry.at}` : entry.at}
            entry={entry}
            id={entry.kind === "gap" ? `${id}-gap-${entry.at}` : `${id}-${entry.at}`}
            place={first + index}
            of={shown.length}
            selected={first + index === chosen}
            top={(first + index) * row}
            onSelect={look}
          />
        ))}
      </div>
    </div>
  );
}

/** The place that a key leads to. */
function keyed(key: string, from: number, length: number, page: number): number | undefined {
  const to = { ArrowUp: from - 1, ArrowDown: from + 1, PageUp: from - page, PageDown: from + page, Home: 0, End: length - 1 }[key];
  return to === undefined ? undefined : Math.max(0, Math.min(length - 1, to));
}
