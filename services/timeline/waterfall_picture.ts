/**
 * A turn's waterfall as a picture.
 *
 * @module
 */

import { textWidth } from "../charts/text.ts";
import { fitted, line, type Picture, round, type Shape, shape, SMALL, text } from "./picture.ts";
import { comparison, remark, type RowKind, summary, type Waterfall, type WaterfallRow } from "./waterfall.ts";
import { ENGLISH, milliseconds, type PictureWords } from "./words.ts";

/** Width of exported pictures, pixels. */
export const WATERFALL_WIDTH = 940;
/** Narrower pictures have their labels above the bars. */
const NARROW = 620;
/** Sizes in pixels. */
const MARGIN = 16;
const BAR = 16;
const USUAL_BAR = 4;
const GAP = 8;
/** What takes no time is drawn so wide. */
const INSTANT = 2;
/** Points of bars that go on beyond the picture. */
const POINT = 8;
const LINE = 18;
const COLUMN = 66;

const KINDS: readonly RowKind[] = ["person", "rule", "provider", "server", "tool", "silence", "playback"];
/** Two to eight marks on the scale, at round numbers of milliseconds. */
const STEPS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000, 120_000, 300_000];
const MAX_TICKS = 8;
const TICK_ROOM = 76;

/** How a picture is drawn. */
export interface WaterfallPictureOptions {
  readonly words?: PictureWords;
  /** @default {WATERFALL_WIDTH} */
  readonly width?: number;
  /** Whether the picture says its title itself, as it has to where it stands alone. @default {true} */
  readonly titled?: boolean;
}

/** Where things are. */
interface Frame {
  readonly words: PictureWords;
  readonly found: Waterfall;
  readonly narrow: boolean;
  readonly left: number;
  readonly right: number;
  readonly labels: number;
  readonly row: number;
  /** Whether there are columns of P50 and P95. */
  readonly usual: boolean;
  readonly x: (ms: number) => number;
}

/** Draws a waterfall. */
export function waterfallPicture(found: Waterfall, options: WaterfallPictureOptions = {}): Picture {
  const { words = ENGLISH, width = WATERFALL_WIDTH, titled = true } = options;
  const frame = frameOf(found, width, words);
  const { x, left, right, row } = frame;
  const heading = titled
    ? [
      ...wrapped(summary(found, words) || words.unknown, width - 2 * MARGIN, 16).map((words) => ({ words, size: 16, bold: true })),
      ...[comparison(found, words), remark(found, words)].filter((each) => each !== "").flatMap((each) =>
        wrapped(each, width - 2 * MARGIN, SMALL).map((words) => ({ words, size: SMALL, bold: false }))
      ),
    ]
    : [];
  const titles = heading.map(({ words, size, bold }, index) =>
    text(words, MARGIN, MARGIN + 14 + index * (LINE + 2), { size, bold, kind: bold ? "p-text" : "p-soft" })
  );
  const marks = marksOf(frame);
  const head = (titled ? MARGIN + heading.length * (LINE + 2) : 0) + 8 + LINE * (1 + Math.max(0, ...marks.map(({ level }) => level)));
  const bottom = head + found.rows.length * row;
  const legend = legendOf(frame, width);
  const height = bottom + 32 + legend.rows * LINE + MARGIN;
  return {
    width,
    height,
    title: words.title,
    description: found.rows.map(({ label, durationMs }) => `${label}: ${milliseconds(durationMs, words)}`).join("; "),
    shapes: [
      ...titles,
      ...found.rows.flatMap((_, index) =>
        index % 2 === 1 ? [] : [shape("rect", { class: "p-band", x: 0, y: head + index * row, width: round(width), height: row })]
      ),
      ...ticks(found, right - left).flatMap((ms) => [
        line("p-grid", x(ms), head, x(ms), bottom),
        text(milliseconds(ms, words), x(ms), bottom + 16, { kind: "p-soft", size: SMALL, anchor: "middle" }),
      ]),
      ...marks.flatMap(({ ms, kind }) =>
        markLines(frame, head, bottom).map(([from, to]) => line(kind, x(ms), from, x(ms), to, { "stroke-dasharray": "4 3" }))
      ),
      ...marks.map(({ label, at, level, kind }) =>
        text(label, at, head - 9 - level * LINE, { kind: kind === "p-cut" ? "p-bad" : "p-soft", size: SMALL, anchor: "middle" })
      ),
      ...columnsOf(frame).map((column, index) =>
        text(column, columnAt(frame, index, width), head - 9, { kind: "p-soft", size: SMALL, anchor: "end" })
      ),
      ...found.rows.flatMap((each, index) => drawRow(each, head + index * row, frame, width)),
      ...legend.shapes.map((each) => shape("g", { transform: `translate(0 ${bottom + 32})` }, [each])),
    ],
  };
}

function frameOf(found: Waterfall, width: number, words: PictureWords): Frame {
  const narrow = width < NARROW;
  const usual = found.rows.some((row) => row.usual !== undefined);
  const labels = narrow ? 0 : Math.min(190, 14 + Math.max(90, ...found.rows.map(({ label }) => textWidth(label, 13))));
  const right = width - MARGIN - (narrow ? 0 : COLUMN * (usual ? 3 : 1));
  const left = MARGIN + labels;
  const { fromMs, scaleMs } = found;
  const x = (ms: number) => left + (Math.min(Math.max(ms, fromMs), scaleMs) - fromMs) / (scaleMs - fromMs) * (right - left);
  return { words, found, narrow, left, right, labels, row: narrow ? 48 : 34, usual, x };
}

interface Mark {
  readonly ms: number;
  readonly label: string;
  readonly kind: string;
}

/** What is marked on the scale; labels that would meet are set above each other. */
function marksOf({ words, found, x, left, right }: Frame): readonly (Mark & { readonly at: number; readonly level: number })[] {
  const { responseMs, audibleMs, cutMs, scaleMs, origin } = found;
  const all: Mark[] = [
    { ms: 0, label: words.origins[origin], kind: "p-mark" },
    ...(responseMs === undefined ? [] : [{ ms: responseMs, label: words.firstFrame, kind: "p-mark" }]),
    ...(audibleMs === undefined || audibleMs === responseMs ? [] : [{ ms: audibleMs, label: words.firstSound, kind: "p-mark" }]),
    ...(cutMs === undefined || cutMs > scaleMs ? [] : [{ ms: cutMs, label: words.cut, kind: "p-cut" }]),
  ].sort((a, b) => a.ms - b.ms);
  const ends: number[] = [];
  return all.map((mark) => {
    const half = textWidth(mark.label, SMALL) / 2;
    const at = Math.min(Math.max(x(mark.ms), left + half - MARGIN / 2), Math.max(right - half + MARGIN / 2, left + half));
    let level = ends.findIndex((end) => end + GAP <= at - half);
    if (level === -1) level = ends.length;
    ends[level] = at + half;
    return { ...mark, at, level };
  });
}

function drawRow(row: WaterfallRow, top: number, frame: Frame, width: number): Shape[] {
  const { words, found: { fromMs, scaleMs, cutMs }, narrow, left, right, labels, x } = frame;
  const y = top + (narrow ? 21 : 6);
  const foot = y + BAR - 4;
  const isCut = row.name === "playout" && cutMs !== undefined;
  const length = milliseconds(row.durationMs, words);
  const startsBefore = row.startMs < fromMs;
  const endMs = row.startMs + row.durationMs;
  const isBeyond = row.startMs > scaleMs;
  const [start, end] = [x(row.startMs), Math.max(x(row.startMs) + INSTANT, x(endMs))];
  const goesOn = endMs > scaleMs;
  const shapes: Shape[] = narrow
    ? [
      text(fitted(row.label, width - 2 * MARGIN - 90), MARGIN, top + 16),
      text((isBeyond ? "→ " : "") + length, width - MARGIN, top + 16, { kind: "p-soft", anchor: "end" }),
    ]
    : [text(fitted(row.label, labels - 8), MARGIN, foot)];
  if (!isBeyond) shapes.push(bar(row.kind, startsBefore ? left : start, goesOn ? right : end, y, startsBefore, goesOn));
  if (isCut && !goesOn) shapes.push(line("p-cut", end, y - 3, end, y + BAR + 3, { "stroke-width": 3 }));
  if (!narrow) {
    const { usual } = row;
    const columns = [
      (isBeyond ? "→ " : "") + length,
      ...(usual === undefined ? [] : [usual.p50Ms, usual.p95Ms].map((ms) => milliseconds(ms, words))),
    ];
    for (const [index, each] of columns.entries()) {
      const kind = index > 0 ? "p-soft" : isCut ? "p-bad" : "p-text";
      shapes.push(text(each, columnAt(frame, index, width), foot, { kind, size: SMALL, anchor: "end" }));
    }
  }
  if (row.usual !== undefined) shapes.push(...usual(row, y + BAR + 3, frame));
  return shapes;
}

/** The columns of numbers beside the bars. */
function columnsOf({ words, usual, narrow }: Frame): readonly string[] {
  return narrow ? [] : [words.took, ...(usual ? ["P50", "P95"] : [])];
}

/** The right edge of a column. */
function columnAt({ usual }: Frame, index: number, width: number): number {
  return width - MARGIN - ((usual ? 2 : 0) - index) * COLUMN;
}

/** From where to where marks are drawn: where labels are above the bars, between them only. */
function markLines({ narrow, row, found }: Frame, head: number, bottom: number): readonly (readonly [number, number])[] {
  if (!narrow) return [[head - 4, bottom]];
  return found.rows.map((_, index) => [head + index * row + 19, head + (index + 1) * row - 1] as const);
}

/** A bar; a point instead of an edge says that it goes on. */
function bar(kind: RowKind, from: number, to: number, y: number, startsBefore: boolean, goesOn: boolean): Shape {
  const [start, end, middle, foot] = [round(from), round(Math.max(to, from + INSTANT)), y + BAR / 2, y + BAR];
  if (!startsBefore && !goesOn) {
    return shape("rect", { class: `p-${kind}`, x: start, y, width: round(end - start), height: BAR, rx: Math.min(3, (end - start) / 2) });
  }
  const point = Math.min(POINT, (end - start) / 2);
  const right = goesOn ? `H${round(end - point)}L${end} ${middle}L${round(end - point)} ${foot}` : `H${end}V${foot}`;
  const left = startsBefore ? `H${round(start + point)}L${start} ${middle}L${round(start + point)} ${y}` : `H${start}V${y}`;
  return shape("path", { class: `p-${kind}`, d: `M${startsBefore ? round(start + point) : start} ${y}${right}${left}Z` });
}

/** What is usual, under the bar: as long as P50, and a line to P95. */
function usual({ startMs, usual }: WaterfallRow, y: number, { x, found: { scaleMs } }: Frame): Shape[] {
  if (usual === undefined || startMs > scaleMs) return [];
  const middle = y + USUAL_BAR / 2;
  const [start, half, most] = [x(startMs), x(startMs + usual.p50Ms), x(startMs + usual.p95Ms)];
  return [
    shape("rect", { class: "p-usual", x: round(start), y, width: round(Math.max(INSTANT, half - start)), height: USUAL_BAR, rx: 1 }),
    line("p-mark", half, middle, Math.max(most, half + 1), middle),
    ...(startMs + usual.p95Ms > scaleMs ? [] : [line("p-mark", most, y - 1, most, y + USUAL_BAR + 1)]),
  ];
}

function legendOf({ words, found, usual }: Frame, width: number): { readonly rows: number; readonly shapes: readonly Shape[] } {
  const used = KINDS.filter((kind) => found.rows.some((row) => row.kind === kind));
  const entries = [
    ...used.map((kind) => ({ kind: `p-${kind}`, label: words.kinds[kind], height: 12 })),
    ...(usual ? [{ kind: "p-usual", label: words.typical, height: USUAL_BAR }] : []),
  ];
  let [left, level] = [MARGIN, 0];
  const shapes = entries.flatMap(({ kind, label, height }) => {
    const room = 18 + textWidth(label, SMALL) + 14;
    if (left > MARGIN && left + room > width) [left, level] = [MARGIN, level + 1];
    const [at, y] = [left, level * LINE];
    left += room;
    return [
      shape("rect", { class: kind, x: at, y: y + 2 + (12 - height) / 2, width: 12, height, rx: 2 }),
      text(label, at + 18, y + 12, { kind: "p-soft", size: SMALL }),
    ];
  });
  return { rows: level + 1, shapes };
}

function ticks({ fromMs, scaleMs }: Waterfall, room: number): number[] {
  const most = Math.max(2, Math.min(MAX_TICKS, Math.floor(room / TICK_ROOM)));
  const step = STEPS_MS.find((each) => (scaleMs - fromMs) / each <= most) ?? (scaleMs - fromMs) / most;
  const first = Math.ceil(fromMs / step);
  return Array.from({ length: Math.floor(scaleMs / step) - first + 1 }, (_, index) => (first + index) * step);
}

/** Words in lines of at most so many pixels; Chinese may be broken anywhere. */
function wrapped(words: string, width: number, size: number): string[] {
  const lines = [""];
  for (const part of words.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/g) ?? []) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && textWidth(line + part, size) > width) lines.push(part);
    else lines[lines.length - 1] = line + part;
  }
  return lines.map((each) => fitted(each.trimEnd(), width, size));
}
