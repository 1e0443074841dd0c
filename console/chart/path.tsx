/**
 * The states of a turn in a line, the active one marked: what a chart says at a glance, and where there is no room for a chart.
 *
 * @module
 */

import type { JSX } from "preact";
import type { Chart } from "../../services/charts/model.ts";
import { useConsole, useTexts } from "../context.ts";
import { latency } from "../i18n/format.ts";
import { useStateName } from "../ui/state_chip.tsx";
import { type ChartLife, turnPath } from "./life.ts";
import { chartTexts } from "./texts.ts";

/** What a {@link TurnPath} shows. */
export interface TurnPathProps {
  readonly chart: Chart;
  readonly life: ChartLife;
  /** Chooses a state; the path only tells where it is left out. */
  readonly onSelect?: (id: string) => void;
}

/** The path; nothing where the chart has no turns. A state outside of it stands before it. */
export function TurnPath({ chart, life, onSelect }: TurnPathProps): JSX.Element | null {
  const { language } = useConsole();
  const t = useTexts(chartTexts);
  const nameOf = useStateName();
  const path = turnPath(chart);
  if (path.length === 0) return null;
  const elsewhere = path.some(({ id }) => life.active.has(id)) ? undefined : chart.nodes.find(({ id }) => id === life.innermost.at(-1));
  const shown = elsewhere === undefined ? path : [elsewhere, ...path];
  return (
    <ol class="turn-path" aria-label={t.path}>
      {shown.map(({ id, key }) => {
        const active = life.active.has(id);
        const ms = life.forMs.get(id);
        const inside = (
          <>
            <span>{nameOf(key)}</span>
            {active && ms !== undefined ? <span class="numbers small">{latency(ms, language.value)}</span> : null}
          </>
        );
        const classes = [...(active ? ["active"] : []), ...(id === elsewhere?.id ? ["elsewhere"] : [])].join(" ");
        return (
          <li key={id} class={classes} aria-current={active ? "step" : undefined} data-path={key}>
            {onSelect === undefined ? inside : <button type="button" class="quiet" onClick={() => onSelect(id)}>{inside}</button>}
          </li>
        );
      })}
    </ol>
  );
}
