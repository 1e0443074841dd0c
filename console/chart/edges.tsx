/**
 * The arrows of a chart.
 *
 * @module
 */

import type { JSX } from "preact";
import { arrow } from "../../services/charts/arrow.ts";
import { TEXT_HEIGHT } from "../../services/charts/body.ts";
import type { PlacedEdge } from "../../services/charts/placed.ts";
import { TEXT_SIZE } from "../../services/charts/text.ts";
import { memo } from "../fleet/memo.ts";

/** What an arrow shows. */
export interface EdgeProps {
  readonly edge: PlacedEdge;
  /** Whether it belongs to a state that one looks at. */
  readonly strong: boolean;
  /** Whether it was taken in the last step. */
  readonly last: boolean;
  /** How often it was taken, 0 to 4. */
  readonly heat: number;
}

/** An arrow. Calm, unless it matters now. */
export const Edge = memo<EdgeProps>(({ edge, strong, last, heat }) => {
  const { line, head } = arrow(edge.points);
  const classes = ["edge", `heat-${heat}`, ...(strong ? ["strong"] : []), ...(last ? ["last"] : [])].join(" ");
  return (
    <g class={classes} data-id={edge.id}>
      <path d={line} />
      <polygon points={head} />
    </g>
  );
});

/** What a label shows. */
export interface EdgeLabelProps {
  readonly edge: PlacedEdge;
  readonly last: boolean;
  /** What its guard answered; undefined where it was not asked. */
  readonly answer: boolean | undefined;
}

/** What makes the transition happen, and what its guard answered. */
export const EdgeLabel = memo<EdgeLabelProps>(({ edge, last, answer }): JSX.Element | null => {
  const { label } = edge;
  if (label === undefined) return null;
  // Room for the mark before the guard's name.
  const width = label.width + (answer === undefined ? 0 : 2 * TEXT_SIZE);
  return (
    <g class={last ? "label last" : "label"} data-edge={edge.id}>
      <rect x={label.x + label.width / 2 - width / 2} y={label.y} width={width} height={label.height} rx="4" />
      {label.lines.map((text, index) => (
        <text
          key={index}
          class={index === 0 ? "" : answer === undefined ? "guard" : answer ? "guard yes" : "guard no"}
          x={label.x + label.width / 2}
          y={label.y + 1 + index * TEXT_HEIGHT + TEXT_SIZE}
        >
          {index === 0 || answer === undefined ? text : `${answer ? "✓" : "✗"} ${text}`}
        </text>
      ))}
    </g>
  );
});
