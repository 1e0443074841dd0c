/**
 * Choosing where playing stops.
 *
 * @module
 */

import type { JSX } from "preact";
import { useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import { type Breakpoint, keyOf } from "./breakpoints.ts";
import type { Opened } from "./opened.ts";
import type { Player } from "./player.ts";
import { replayTexts } from "./texts.ts";
import { eventName } from "./words.ts";

/** What {@link Breakpoints} chooses from. */
export interface BreakpointsProps {
  readonly opened: Opened;
  readonly player: Player;
}

/** The breakpoints. */
export function Breakpoints({ opened: { chart, eventTypes }, player }: BreakpointsProps): JSX.Element {
  const t = useTexts(replayTexts);
  const list = player.breakpoints.value;
  const stopped = player.stopped.value;
  const has = (breakpoint: Breakpoint) => list.some((each) => keyOf(each) === keyOf(breakpoint));
  const wordsOf = (breakpoint: Breakpoint): string => {
    switch (breakpoint.kind) {
      case "state":
        return breakpoint.id;
      case "event":
        return eventName(breakpoint.type, chart);
      case "error":
        return t.breakError;
      case "ignored":
        return t.breakIgnored;
    }
  };
  const pick = (select: HTMLSelectElement, make: (value: string) => Breakpoint) => {
    const { value } = select;
    select.value = "";
    if (value !== "" && !has(make(value))) player.toggle(make(value));
  };
  return (
    <div class="breakpoints" role="group" aria-label={t.breakpoints}>
      {chart === undefined
        ? null
        : (
          <select aria-label={t.breakState} value="" onChange={(event) => pick(event.currentTarget, (id) => ({ kind: "state", id }))}>
            <option value="">{t.breakState}</option>
            {chart.nodes.map(({ id, key }) => <option key={id} value={id}>{"\u2003".repeat(id.split(".").length - 1) + key}</option>)}
          </select>
        )}
      <select aria-label={t.breakEvent} value="" onChange={(event) => pick(event.currentTarget, (type) => ({ kind: "event", type }))}>
        <option value="">{t.breakEvent}</option>
        {eventTypes.map((type) => <option key={type} value={type}>{eventName(type, chart)}</option>)}
      </select>
      {(["error", "ignored"] as const).map((kind) => (
        <button
          key={kind}
          type="button"
          class="toggle"
          aria-pressed={has({ kind })}
          onClick={() => player.toggle({ kind })}
        >
          {wordsOf({ kind })}
        </button>
      ))}
      <ul>
        {list.filter(({ kind }) => kind === "state" || kind === "event").map((each) => (
          <li key={keyOf(each)}>
            <span class="mono small">{wordsOf(each)}</span>
            <button
              type="button"
              class="quiet"
              aria-label={fill(t.remove, { what: wordsOf(each) })}
              title={fill(t.remove, { what: wordsOf(each) })}
              onClick={() => player.toggle(each)}
            >
              <span aria-hidden="true">×</span>
            </button>
          </li>
        ))}
      </ul>
      <p class="small soft" role="status">
        {stopped === undefined ? list.length === 0 ? t.noBreakpoints : "" : <strong>{fill(t.stopped, { what: wordsOf(stopped) })}</strong>}
      </p>
    </div>
  );
}
