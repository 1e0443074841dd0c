/**
 * A turn's waterfall for a terminal.
 *
 * @module
 */

import type { TimelineSource } from "../../services/timeline/timeline.ts";
import { remark, type RowKind, summary, type Waterfall, waterfall, type WaterfallRow } from "../../services/timeline/waterfall.ts";
import { ENGLISH, milliseconds } from "../../services/timeline/words.ts";

const BLOCKS: Readonly<Record<RowKind, string>> = {
  total: "█",
  person: "▒",
  rule: "▒",
  provider: "█",
  server: "█",
  tool: "█",
  silence: "░",
  playback: "━",
};
/** What takes no time, or too little for a block. */
const INSTANT = "▏";
const BEYOND = "▸";
/** Narrower bars say nothing. */
const MIN_BAR = 20;
const GAP = "  ";

/** Draws the stages of a turn in `width` terminal columns. */
export function waterfallText(turn: TimelineSource, width: number): string {
  const found = waterfall(turn, { around: false });
  if (found.rows.length === 0) return "No stage of this turn has both its marks.\n";
  const cells = found.rows.map(({ label, startMs, durationMs }) => [label, signed(startMs), milliseconds(durationMs)] as const);
  const titles = ["Stage", "From", "Took"] as const;
  const widths = titles.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const bars = Math.max(MIN_BAR, width - widths.reduce((sum, each) => sum + each + GAP.length, 0));
  const line = (cell: readonly string[], bar: string) =>
    [cell[0]?.padEnd(widths[0] ?? 0), cell[1]?.padStart(widths[1] ?? 0), cell[2]?.padStart(widths[2] ?? 0), bar].join(GAP).trimEnd();
  const origin = ENGLISH.origins[found.origin];
  const scale = `${origin} ${"─".repeat(Math.max(1, bars - origin.length - milliseconds(found.scaleMs).length - 2))} ${
    milliseconds(found.scaleMs)
  }`;
  return [
    ...[summary(found), remark(found)].filter((text) => text !== ""),
    "",
    line(titles, scale),
    ...found.rows.map((row, index) => line(cells[index] ?? [], bar(row, found, bars))),
    "",
  ].join("\n");
}

function bar({ kind, startMs, durationMs }: WaterfallRow, { fromMs, scaleMs }: Waterfall, width: number): string {
  const column = (ms: number) => Math.round((ms - fromMs) / (scaleMs - fromMs) * width);
  const from = column(startMs);
  if (from >= width) return " ".repeat(width - 1) + (startMs > scaleMs ? BEYOND : INSTANT);
  const to = column(startMs + durationMs);
  const drawn = to > from ? BLOCKS[kind].repeat(Math.min(to, width) - from) : INSTANT;
  return " ".repeat(from) + (to > width ? drawn.slice(0, -1) + BEYOND : drawn);
}

function signed(ms: number): string {
  return `${ms < 0 ? "" : "+"}${milliseconds(ms)}`;
}
