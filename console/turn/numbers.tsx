/**
 * The numbers behind the waterfall: for those who do not see it, and for those who want to copy them.
 *
 * @module
 */

import type { JSX } from "preact";
import type { Turn } from "../../routes/console/types.ts";
import type { Waterfall } from "../../services/timeline/waterfall.ts";
import { instant, milliseconds } from "../../services/timeline/words.ts";
import { useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import { pictureTexts } from "./picture_texts.ts";
import { turnTexts } from "./texts.ts";

/** A table of the bars, and whether they add up. */
export function Numbers({ found: { rows, sum, responseMs } }: { readonly found: Waterfall }): JSX.Element {
  const t = useTexts(turnTexts);
  const words = useTexts(pictureTexts);
  const ms = (value: number | undefined) => value === undefined ? "–" : milliseconds(value, words);
  const hasUsual = rows.some(({ usual }) => usual !== undefined);
  const columns = [t.from, t.took, t.waited, ...(hasUsual ? [t.usualHalf, t.usualMost] : [])];
  return (
    <details class="turn-numbers">
      <summary>{t.numbers}</summary>
      <div class="turn-table" tabIndex={0} role="region" aria-label={t.numbers}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.stage}</th>
              {columns.map((name) => <th key={name} scope="col">{name}</th>)}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, label, startMs, durationMs, waitedMs, usual }, index) => (
              <tr key={`${name}-${index}`}>
                <th scope="row">{label}</th>
                <td>{instant(startMs, words)}</td>
                <td>{ms(durationMs)}</td>
                <td>{ms(waitedMs === 0 && durationMs > 0 ? undefined : waitedMs)}</td>
                {hasUsual ? [ms(usual?.p50Ms), ms(usual?.p95Ms)].map((text, column) => <td key={column}>{text}</td>) : null}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {sum === undefined ? null : (
        <p class={sum.missingMs === 0 ? "soft small" : "turn-gap small"}>
          {fill(sum.missingMs === 0 ? t.addsUp : t.addsNot, {
            parts: ms(sum.partsMs),
            response: ms(responseMs),
            missing: ms(sum.missingMs),
          })}
        </p>
      )}
    </details>
  );
}

/** Marks that are lengths, not instants. */
const LENGTHS: ReadonlySet<string> = new Set(["leadingSilenceMs", "vadSilenceMs", "finalizeMs", "policyWaitMs"]);

/** The marks as they were kept: the instants in their order, then the lengths. */
export function Marks({ turn: { timings } }: { readonly turn: Turn }): JSX.Element {
  const t = useTexts(turnTexts);
  const marks = Object.entries(timings).toSorted(([one, a], [other, b]) =>
    Number(LENGTHS.has(one)) - Number(LENGTHS.has(other)) || Number(a) - Number(b)
  );
  return (
    <details class="turn-numbers">
      <summary>
        {t.marks} <span class="soft small">{t.marksHint}</span>
      </summary>
      {marks.length === 0 ? <p class="soft">{t.noMarks}</p> : (
        <dl class="facts turn-facts">
          {marks.map(([name, value]) => (
            <div key={name}>
              <dt class="mono">{name}</dt>
              <dd class="numbers">{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </details>
  );
}
