/**
 * A turn's waterfall as a picture that stands alone and fits light and dark pages.
 *
 * @module
 */

import type { TimelineSource } from "../../services/timeline/timeline.ts";
import { milliseconds, type RowKind, summary, type Waterfall, waterfall, type WaterfallRow } from "./rows.ts";

/** Sizes in pixels. */
const WIDTH = 860;
const MARGIN = 20;
const LABELS = 150;
const HEAD = 78;
const ROW = 30;
const BAR = 18;
const FOOT = 62;
/** Room for the length beside a bar that ends at the right edge. */
const LENGTHS = 76;
/** What takes no time is drawn so wide. */
const INSTANT = 2;

const LEGEND: readonly (readonly [RowKind, string])[] = [
  ["rule", "turn taking"],
  ["provider", "recognition, chat, speech"],
  ["server", "this server"],
  ["silence", "silent audio"],
  ["playback", "playback"],
];

/** Two to ten marks on the scale, at round numbers of milliseconds. */
const STEPS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000];
const MAX_TICKS = 8;

const STYLE = `
.wf{--bg:#fff;--text:#1f2328;--soft:#57606a;--grid:#d8dee4;--rule:#d4a72c;--provider:#0969da;--server:#1a7f37;--silence:#afb8c1;
--playback:#8250df;font-family:system-ui,-apple-system,"Segoe UI","Noto Sans","Noto Sans CJK SC",sans-serif;background:var(--bg)}
@media (prefers-color-scheme:dark){.wf{--bg:#0d1117;--text:#e6edf3;--soft:#9da7b3;--grid:#30363d;--rule:#d29922;--provider:#58a6ff;
--server:#3fb950;--silence:#6e7681;--playback:#bc8cff}}
.wf .back{fill:var(--bg)}
.wf text{fill:var(--text);font-size:13px;paint-order:stroke;stroke:var(--bg);stroke-width:4px;stroke-linejoin:round}
.wf .title{font-size:16px;font-weight:600}
.wf .soft{fill:var(--soft)}
.wf .small{fill:var(--soft);font-size:12px}
.wf .end{text-anchor:end}
.wf .middle{text-anchor:middle}
.wf .grid{stroke:var(--grid);stroke-width:1}
.wf .mark{stroke:var(--soft);stroke-width:1.2;stroke-dasharray:4 3}
.wf .rule{fill:var(--rule)}
.wf .provider{fill:var(--provider)}
.wf .server{fill:var(--server)}
.wf .silence{fill:var(--silence)}
.wf .playback{fill:var(--playback)}
`.trim();

/** Draws the stages of a turn. */
export function waterfallSvg(turn: TimelineSource): string {
  const found = waterfall(turn);
  const { rows, fromMs: from, scaleMs, origin, responseMs, audibleMs } = found;
  const right = WIDTH - MARGIN - LENGTHS;
  const x = (ms: number) => MARGIN + LABELS + (ms - from) / (scaleMs - from) * (right - MARGIN - LABELS);
  const bottom = HEAD + rows.length * ROW;
  const height = bottom + FOOT;
  const mark = (ms: number, text: string) => line(x(ms), HEAD - 4, bottom, "mark") + label(x(ms), HEAD - 12, text, "small middle");
  // Where both come at once, the first frame is the first sound.
  const sound = audibleMs !== undefined && responseMs !== undefined && x(audibleMs) - x(responseMs) > 90;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="wf" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>Where the time of a turn went</title>`,
    `<desc>${escapeXml(rows.map(({ label, durationMs }) => `${label}: ${milliseconds(durationMs)}`).join("; "))}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="back" width="${WIDTH}" height="${height}"/>`,
    label(MARGIN, 30, summary(found) || "The response time of this turn is not known", "title"),
    ...ticks(from, scaleMs).flatMap((
      ms,
    ) => [line(x(ms), HEAD, bottom, "grid"), label(x(ms), bottom + 18, milliseconds(ms), "small middle")]),
    mark(0, origin.replace(/^the /, "")),
    ...(responseMs === undefined ? [] : [mark(responseMs, "first frame")]),
    ...(sound ? [mark(audibleMs, "first sound")] : []),
    ...rows.flatMap((row, index) => drawRow(row, HEAD + index * ROW, x, right, found)),
    ...legend(height - 18),
    "</svg>",
  ].join("\n") + "\n";
}

function drawRow(row: WaterfallRow, top: number, x: (ms: number) => number, right: number, { scaleMs }: Waterfall): string[] {
  const y = top + (ROW - BAR) / 2;
  const base = y + BAR - 4;
  const length = milliseconds(row.durationMs);
  const name = label(MARGIN, base, row.label, "");
  if (row.startMs > scaleMs) return [name, label(right + 6, base, `→ ${length}`, "soft")];
  const start = x(row.startMs);
  const beyond = row.startMs + row.durationMs > scaleMs;
  const end = beyond ? right : Math.max(start + INSTANT, x(row.startMs + row.durationMs));
  const shape = beyond
    ? `<path class="${row.kind}" d="M${round(start)} ${y}H${right - 8}L${right} ${y + BAR / 2}L${right - 8} ${y + BAR}H${round(start)}Z"/>`
    : `<rect class="${row.kind}" x="${round(start)}" y="${y}" width="${round(end - start)}" height="${BAR}" rx="2"/>`;
  return [name, shape, label(end + 6, base, length, "soft")];
}

function legend(y: number): string[] {
  let left = MARGIN;
  return LEGEND.flatMap(([kind, text]) => {
    const at = left;
    left += 34 + text.length * 7;
    return [`<rect class="${kind}" x="${at}" y="${y - 10}" width="12" height="12" rx="2"/>`, label(at + 18, y, text, "small")];
  });
}

function ticks(from: number, to: number): number[] {
  const step = STEPS_MS.find((each) => (to - from) / each <= MAX_TICKS) ?? (to - from) / MAX_TICKS;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, index) => (first + index) * step);
}

function line(x: number, from: number, to: number, kind: string): string {
  return `<line class="${kind}" x1="${round(x)}" x2="${round(x)}" y1="${from}" y2="${to}"/>`;
}

function label(x: number, y: number, text: string, kind: string): string {
  return `<text${kind === "" ? "" : ` class="${kind}"`} x="${round(x)}" y="${round(y)}">${escapeXml(text)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
