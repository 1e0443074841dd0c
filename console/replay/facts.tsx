/**
 * What was said beside the charts by a moment, and what of it has just changed.
 *
 * @module
 */

import type { JSX } from "preact";
import { useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import type { Fact, View } from "../recording/view.ts";
import { replayTexts } from "./texts.ts";
import { changes, valueText } from "./words.ts";

/** Facts that are shown without being asked for: what a turn says at once. */
const LATEST = 4;

/** The facts, the ones that were said last first. */
export function Facts({ view }: { readonly view: View }): JSX.Element {
  const t = useTexts(replayTexts);
  const said = view.facts.filter(({ name }) => !name.startsWith("context"));
  if (said.length === 0) return <p class="small soft">{t.noFacts}</p>;
  // Of the event that is looked at, everything is new.
  const since = view.event?.record.seq ?? view.record?.seq ?? 0;
  const facts = said.sort((a, b) => b.seq - a.seq);
  const rows = (list: readonly Fact[]) => (
    <dl class="known">
      {list.map((fact) => <FactRow key={fact.name} fact={fact} fresh={fact.seq >= since} />)}
    </dl>
  );
  const early = facts.slice(LATEST);
  return (
    <>
      {rows(facts.slice(0, LATEST))}
      {early.length === 0 ? null : (
        <details class="known-early">
          <summary>{fill(t.early, { count: early.length })}</summary>
          {rows(early)}
        </details>
      )}
    </>
  );
}

function FactRow({ fact: { name, data, before }, fresh }: { readonly fact: Fact; readonly fresh: boolean }): JSX.Element {
  const t = useTexts(replayTexts);
  const rows = changes(fresh ? before : undefined, data);
  return (
    <div class={fresh ? "fresh" : ""} data-fact={name}>
      <dt class="mono">{name}</dt>
      <dd>
        {rows.length === 0 ? <span class="soft small">{t.empty}</span> : rows.map((row) => {
          const changed = fresh && valueText(row.before) !== valueText(row.now);
          return (
            <div key={row.key} class={changed ? "changed" : ""}>
              {row.key === "" ? null : <span class="soft small">{row.key}</span>}
              {"now" in row ? <span class="mono small">{valueText(row.now)}</span> : null}
              {changed && "before" in row
                ? (
                  <del class="mono small">
                    <span class="hidden-text">{t.before}</span>
                    {valueText(row.before)}
                  </del>
                )
                : null}
            </div>
          );
        })}
      </dd>
    </div>
  );
}
