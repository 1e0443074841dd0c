/**
 * The way from state to state with the arrow keys.
 *
 * @module
 */

import type { Box, DrawnChart } from "../../services/charts/placed.ts";

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The nearest state in the direction of an arrow key; undefined where there is none, or where it is another key. */
export function neighbour({ nodes, layout }: DrawnChart, from: string, key: string): string | undefined {
  const direction = DIRECTIONS[key];
  const start = layout.nodes[from];
  if (direction === undefined || start === undefined) return undefined;
  const [ax, ay] = middle(start);
  let best: { readonly id: string; readonly cost: number } | undefined;
  for (const { id } of nodes) {
    const box = layout.nodes[id];
    if (box === undefined || id === from) continue;
    const [bx, by] = middle(box);
    const along = (bx - ax) * direction[0] + (by - ay) * direction[1];
    const aside = Math.abs((bx - ax) * direction[1]) + Math.abs((by - ay) * direction[0]);
    // What lies more aside than ahead is in another direction.
    if (along <= 0 || aside > along * 2) continue;
    const cost = along + 2 * aside;
    if (best === undefined || cost < best.cost) best = { id, cost };
  }
  return best?.id;
}

function middle({ x, y, width, height }: Box): readonly [number, number] {
  return [x + width / 2, y + height / 2];
}
