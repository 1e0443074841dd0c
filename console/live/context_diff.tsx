/**
 * The context of a device: what it is now, and what the last step changed.
 *
 * @module
 */

import type { JSX } from "preact";
import { useTexts } from "../context.ts";
import { charsOf, clockTime, typeName } from "../event_log/words.ts";
import { fill } from "../i18n/texts.ts";
import type { Data } from "../recording/view.ts";
import { Empty } from "../ui/states.tsx";
import { rowsOf } from "./context_rows.ts";
import type { Moment } from "./moment.ts";
import { liveTexts } from "./texts.ts";

/** The context before and after its last change. */
export function ContextDiff({ context }: Pick<Moment, "context">): JSX.Element {
  const t = useTexts(liveTexts);
  if (context === undefined) return <Empty title={t.noContext} />;
  const { fact, record } = context;
  const names: Readonly<Record<string, string>> = t.keys;
  return (
    <div class="context-diff">
      <p class="soft small">
        {fact.before === undefined || record === undefined
          ? t.first
          : fill(t.changedBy, { type: typeName(record.type), time: clockTime(record.wall) })}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.key}</th>
            <th scope="col">{t.before}</th>
            <th scope="col">{t.after}</th>
          </tr>
        </thead>
        <tbody>
          {rowsOf(fact.before, fact.data).map(({ key, before, after, changed }) => (
            <tr key={key} class={changed ? "changed" : ""} data-key={key}>
              <th scope="row" title={key}>
                {Object.hasOwn(names, key) ? names[key] : key}
                {changed ? <span class="hidden-text">({t.changed})</span> : null}
              </th>
              <td>
                <Value value={before} name={key} />
              </td>
              <td>
                <Value value={after} name={key} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Value({ value, name }: { readonly value: Data; readonly name: string }): JSX.Element {
  const t = useTexts(liveTexts);
  const count = charsOf(value);
  if (value === undefined) return <span class="soft">{t.nothing}</span>;
  if (count !== undefined) return <span>{fill(t.chars, { count })}</span>;
  if (typeof value === "number" && name.endsWith("Ms")) return <span class="numbers">{fill(t.ms, { value })}</span>;
  return <span class="mono">{typeof value === "string" ? value : JSON.stringify(value)}</span>;
}
