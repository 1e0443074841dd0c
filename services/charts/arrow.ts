/**
 * Draws an arrow along the points of a layout.
 *
 * @module
 */

import type { Point } from "./placed.ts";

/** Radius of an arrow's bends, pixels. */
const BEND = 6;
/** Length and half width of an arrow's head, pixels. */
const HEAD = { length: 8, half: 3.6 };

/** An arrow, as SVG writes it. */
export interface Arrow {
  /** Of a `path`; empty where there is nothing to draw. */
  readonly line: string;
  /** Corners of its head, of a `polygon`. */
  readonly head: string;
}

/** A line with round bends, and a head at its end. */
export function arrow(points: readonly Point[]): Arrow {
  const [start, ...rest] = points;
  const end = rest.at(-1);
  const before = points.at(-2);
  if (start === undefined || end === undefined || before === undefined) return { line: "", head: "" };
  let line = `M${start.x} ${start.y}`;
  for (const [index, point] of rest.entries()) {
    const previous = points[index] ?? point;
    const next = rest[index + 1];
    if (next === undefined) line += `L${point.x} ${point.y}`;
    else {
      const a = toward(point, previous);
      const b = toward(point, next);
      line += `L${a.x} ${a.y}Q${point.x} ${point.y} ${b.x} ${b.y}`;
    }
  }
  const length = Math.hypot(end.x - before.x, end.y - before.y) || 1;
  const [ux, uy] = [(end.x - before.x) / length, (end.y - before.y) / length];
  const [bx, by] = [end.x - ux * HEAD.length, end.y - uy * HEAD.length];
  const corners = [[end.x, end.y], [bx - uy * HEAD.half, by + ux * HEAD.half], [bx + uy * HEAD.half, by - ux * HEAD.half]];
  return { line, head: corners.map((corner) => corner.map(rounded).join(",")).join(" ") };
}

function toward(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const step = Math.min(BEND, length / 2) / length;
  return { x: rounded(from.x + (to.x - from.x) * step), y: rounded(from.y + (to.y - from.y) * step) };
}

/** To a tenth of a pixel. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
