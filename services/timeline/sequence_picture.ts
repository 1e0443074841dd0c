/**
 * The sequence of a turn as a picture.
 *
 * @module
 */

import { textWidth } from "../charts/text.ts";
import { fitted, line, type Picture, round, type Shape, shape, SMALL, text } from "./picture.ts";
import type { Lifeline, Sequence, SequenceStep } from "./sequence.ts";
import { ENGLISH, instant, type PictureWords } from "./words.ts";

/** Sizes in pixels. */
const MARGIN = 16;
const TIMES = 78;
const COLUMN = 120;
const HEAD = 48;
const ROW = 34;
const STATE = 20;
const ARROW = 7;
const BUSY = 8;
const LOOP = 26;

/** How a picture is drawn. */
export interface SequencePictureOptions {
  readonly words?: PictureWords;
  /** What does the work of a lifeline: shown below its name. */
  readonly providers?: Readonly<Partial<Record<Lifeline, string>>>;
}

/** Draws a sequence. */
export function sequencePicture(sequence: Sequence, { words = ENGLISH, providers = {} }: SequencePictureOptions = {}): Picture {
  const { lifelines, steps, zeroMs } = sequence;
  const x = (who: Lifeline) => MARGIN + TIMES + COLUMN / 2 + lifelines.indexOf(who) * COLUMN;
  const width = MARGIN * 2 + TIMES + lifelines.length * COLUMN;
  const top = MARGIN + HEAD;
  const bottom = top + steps.length * ROW + 12;
  const times = steps.map(({ atMs }) => instant(atMs - zeroMs, words));
  const heads = lifelines.flatMap((who) => {
    const provider = providers[who];
    const name = fitted(words.lifelines[who], COLUMN - 12);
    return [
      line("p-grid", x(who), top - 4, x(who), bottom),
      text(name, x(who), MARGIN + (provider === undefined ? 22 : 14), { anchor: "middle", bold: true }),
      ...(provider === undefined
        ? []
        : [text(fitted(provider, COLUMN - 4, SMALL), x(who), MARGIN + 31, { anchor: "middle", kind: "p-soft", size: SMALL })]),
    ];
  });
  return {
    width,
    height: bottom + MARGIN,
    title: words.sequence,
    description: steps.map((step, index) => `${times[index]} ${words.lifelines[step.from]} → ${words.lifelines[step.to]}: ${step.text}`)
      .join("; "),
    shapes: [
      ...heads,
      ...busy(steps, x, top),
      ...steps.flatMap((step, index) => [
        // What comes at once is one instant.
        ...(times[index] === times[index - 1]
          ? []
          : [text(times[index]!, MARGIN + TIMES - 14, top + index * ROW + 25, { kind: "p-soft", size: SMALL, anchor: "end" })]),
        drawStep(step, top + index * ROW, x, lifelines),
      ]),
    ],
  };
}

/** While somebody works on what they were asked for. */
function busy(steps: readonly SequenceStep[], x: (who: Lifeline) => number, top: number): Shape[] {
  const shapes: Shape[] = [];
  const since = new Map<Lifeline, number>();
  for (const [index, { kind, from, to }] of steps.entries()) {
    const y = top + index * ROW + 21;
    if (kind === "call" && !since.has(to)) since.set(to, y);
    const begun = since.get(from);
    if (kind === "call" || begun === undefined || from === to) continue;
    since.delete(from);
    shapes.push(shape("rect", { class: "p-provider", x: x(from) - BUSY / 2, y: begun, width: BUSY, height: y - begun, rx: 2 }));
  }
  return shapes;
}

function drawStep(step: SequenceStep, top: number, x: (who: Lifeline) => number, lifelines: readonly Lifeline[]): Shape {
  const { from, to, kind } = step;
  const y = top + 21;
  const bad = kind === "failure";
  const [stroke, head, words] = bad ? ["p-cut", "p-bad-head", "p-bad"] : ["p-arrow", "p-head", "p-text"];
  const dashes = kind === "answer" ? { "stroke-dasharray": "5 3" } : {};
  const parts: Shape[] = [shape("title", {}, step.text)];
  const last = MARGIN + TIMES + lifelines.length * COLUMN;
  if (kind === "state") {
    const shown = fitted(step.text, COLUMN * 1.6, SMALL);
    const width = textWidth(shown, SMALL) + 16;
    parts.push(
      shape("rect", { class: "p-state", x: round(x(from) - width / 2), y: y - STATE / 2 - 2, width, height: STATE, rx: STATE / 2 }),
      text(shown, x(from), y + 2, { anchor: "middle", size: SMALL }),
    );
  } else if (from === to) {
    const at = x(from);
    const shown = fitted(step.text, last - at - LOOP - 12, SMALL);
    parts.push(
      shape("path", { class: stroke, d: `M${at} ${y - 7}h${LOOP - 8}v9h-${LOOP - 8 - ARROW}`, ...dashes }),
      arrowHead(at, y + 2, -1, head),
      plate(at + LOOP - 2, y + 3, shown, "start"),
      text(shown, at + LOOP, y + 3, { kind: words, size: SMALL }),
    );
  } else {
    const way = Math.sign(x(to) - x(from));
    const start = Math.min(x(from), x(to));
    // Nothing else is in this row, so that words may go on beyond their arrow.
    const shown = fitted(step.text, last - start - 8, SMALL);
    const room = Math.abs(x(to) - x(from)) - 14;
    const anchor = textWidth(shown, SMALL) <= room ? "middle" : "start";
    const at = anchor === "middle" ? (x(from) + x(to)) / 2 : start + 7;
    parts.push(
      line(stroke, x(from), y, x(to) - way * ARROW, y, dashes),
      arrowHead(x(to), y, way, head),
      plate(at, y - 5, shown, anchor),
      text(shown, at, y - 5, { kind: words, size: SMALL, anchor }),
    );
  }
  return shape("g", {}, parts);
}

/** Ground behind words, so that lifelines do not cross them. */
function plate(x: number, foot: number, words: string, anchor: "start" | "middle"): Shape {
  const width = textWidth(words, SMALL);
  return shape("rect", { class: "p-back", x: round(anchor === "start" ? x : x - width / 2), y: foot - 11, width, height: 14 });
}

/** The head of an arrow that ends at a point; `way` is 1 to the right and -1 to the left. */
function arrowHead(x: number, y: number, way: number, kind: string): Shape {
  const back = round(x - way * (ARROW + 1));
  return shape("polygon", { class: kind, points: `${round(x)},${y} ${back},${y - 4} ${back},${y + 4}` });
}
