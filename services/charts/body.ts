/**
 * What stands inside a state's box.
 *
 * @module
 */

import { type Chart, type ChartNode, edgeText } from "./model.ts";
import { LINE, TEXT_SIZE, TITLE_SIZE } from "./text.ts";

/** Room between a state's border and its text, pixels. */
export const PADDING = 10;
/** Height that a state's name takes at the top of its box. */
export const TITLE_HEIGHT = Math.ceil(TITLE_SIZE * LINE) + PADDING;
/** Height of one more line. */
export const TEXT_HEIGHT = Math.ceil(TEXT_SIZE * LINE);

/** The lines under a state's name: what it runs, and transitions that act without leaving. */
export function bodyLines(chart: Chart, node: ChartNode): { readonly text: string; readonly edge?: number }[] {
  return [
    ...node.invoke.map((each) => ({ text: each.id === each.src ? `runs ${each.id}` : `runs ${each.id} (${each.src})` })),
    ...chart.edges.filter((edge) => edge.source === node.id && edge.targets.length === 0)
      .map((edge) => ({ text: [edgeText(edge), ...edge.actions].join(" / "), edge: edge.id })),
  ];
}
