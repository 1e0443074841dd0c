/**
 * A turn's waterfall as Mermaid text.
 *
 * @module
 */

import { mermaidText } from "./mermaid_text.ts";
import { summary, type Waterfall, type WaterfallRow } from "./waterfall.ts";
import { ENGLISH, milliseconds, type PictureWords } from "./words.ts";

/** Mermaid `gantt` text. Its scale begins with the first bar, as Mermaid knows no time before zero. */
export function waterfallMermaid(found: Waterfall, words: PictureWords = ENGLISH): string {
  const first = Math.min(0, ...found.rows.map(({ startMs }) => startMs));
  const task = (label: string, tag: string, startMs: number, durationMs: number) => {
    const length = Math.max(0, Math.round(durationMs));
    const name = mermaidText(`${label} (${milliseconds(durationMs, words)})`);
    return `    ${name} :${length === 0 ? "milestone, " : tag}${Math.round(startMs - first)}, ${length}ms`;
  };
  const tagOf = ({ kind, name }: WaterfallRow) =>
    name === "playout" && found.cutMs !== undefined ? "crit, " : kind === "total" ? "active, " : kind === "playback" ? "done, " : "";
  const compared = found.rows.flatMap((row) => row.usual === undefined ? [] : [{ row, usual: row.usual }]);
  return [
    "gantt",
    `  title ${mermaidText(summary(found, words) || words.unknown)}`,
    "  dateFormat x",
    "  axisFormat %S.%L",
    `  section ${mermaidText(words.took)}`,
    ...found.rows.map((row) => task(row.label, tagOf(row), row.startMs, row.durationMs)),
    ...(compared.length === 0 ? [] : [
      `  section P50, P95`,
      ...compared.flatMap(({ row: { label, startMs }, usual }) => [
        task(`${label} P50`, "done, ", startMs, usual.p50Ms),
        task(`${label} P95`, "done, ", startMs, usual.p95Ms),
      ]),
    ]),
    "",
  ].join("\n");
}
