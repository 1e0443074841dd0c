/**
 * The states of a chart.
 *
 * @module
 */

import type { JSX } from "preact";
import { bodyLines, PADDING, TEXT_HEIGHT, TITLE_HEIGHT } from "../../services/charts/body.ts";
import type { ChartNode } from "../../services/charts/model.ts";
import type { Box, DrawnChart } from "../../services/charts/placed.ts";
import { TEXT_SIZE, TITLE_SIZE } from "../../services/charts/text.ts";
import { memo } from "../fleet/memo.ts";

/** What a state shows. */
export interface NodeProps {
  readonly node: ChartNode;
  readonly box: Box;
  readonly outer: boolean;
  readonly active: boolean;
  readonly selected: boolean;
  /** How often it was visited, 0 to 4. */
  readonly heat: number;
  /** Whether the keyboard comes to it first. */
  readonly first: boolean;
  /** What it is called when it is read out. */
  readonly label: string;
  readonly onSelect: (id: string) => void;
  readonly onGo: (from: string, key: string) => boolean;
}

/** A state's box. */
export const Node = memo<NodeProps>((
  { node, box, outer, active, selected, heat, first, label, onSelect, onGo },
): JSX.Element => {
  const classes = ["node", `heat-${heat}`, ...(outer ? ["outer"] : []), ...(active ? ["active"] : []), ...(selected ? ["selected"] : [])];
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " " && !onGo(node.id, event.key)) return;
    if (event.key === "Enter" || event.key === " ") onSelect(node.id);
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <g
      class={classes.join(" ")}
      data-id={node.id}
      role="button"
      tabIndex={first ? 0 : -1}
      aria-label={label}
      aria-pressed={selected}
      onClick={() => onSelect(node.id)}
      onFocus={() => onSelect(node.id)}
      onKeyDown={press}
    >
      <rect x={box.x} y={box.y} width={box.width} height={box.height} rx="8" />
      {node.kind === "final"
        ? <rect class="inner" x={box.x + 3} y={box.y + 3} width={box.width - 6} height={box.height - 6} rx="5" />
        : null}
    </g>
  );
});

/** What stands in a box: above the arrows, which may pass a state around others, and beside the button, whose name is that of the state. */
export const Words = memo<Pick<NodeProps, "node" | "box" | "outer"> & { readonly chart: DrawnChart }>(
  ({ chart, node, box, outer }): JSX.Element => {
    const x = outer ? box.x + PADDING : box.x + box.width / 2;
    return (
      <g class={outer ? "words outer" : "words"} aria-hidden="true">
        <text class="key" x={x} y={box.y + PADDING + TITLE_SIZE}>{node.key}</text>
        {bodyLines(chart, node).map(({ text, edge }, index) => (
          <text key={index} class="line" data-edge={edge} x={x} y={box.y + TITLE_HEIGHT + index * TEXT_HEIGHT + TEXT_SIZE}>{text}</text>
        ))}
      </g>
    );
  },
);

/** How long a state has been active: a flag at its corner. */
export function Timer({ box, text }: { readonly box: Box; readonly text: string }): JSX.Element {
  return (
    <g class="timer" aria-hidden="true">
      <text x={box.x + box.width / 2} y={box.y - 6}>{text}</text>
    </g>
  );
}

/** The names of the states of a turn, large enough to be read from afar. */
export const FarNames = memo<{ readonly nodes: readonly ChartNode[]; readonly chart: DrawnChart; readonly active: ReadonlySet<string> }>(
  ({ nodes, chart, active }): JSX.Element => (
    <g class="far-names" aria-hidden="true">
      {nodes.map(({ id, key }) => {
        const box = chart.layout.nodes[id];
        if (box === undefined) return null;
        return <text key={id} class={active.has(id) ? "active" : ""} x={box.x + Math.min(box.width / 2, 60)} y={box.y}>{key}</text>;
      })}
    </g>
  ),
);
