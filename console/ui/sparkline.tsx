/**
 * A line of a few numbers, as large as a word.
 *
 * @module
 */

import type { JSX } from "preact";

/** What a {@link Sparkline} draws. */
export interface SparklineProps {
  readonly values: readonly number[];
  readonly width?: number;
  readonly height?: number;
  /** What it says to those who do not see it. */
  readonly label: string;
}

/** The line, from zero to its largest value; its last point is marked. One value alone is no line. */
export function Sparkline({ values, width = 72, height = 20, label }: SparklineProps): JSX.Element | null {
  if (values.length < 2) return null;
  const most = Math.max(...values, 1);
  const step = width / (values.length - 1);
  const points = values.map((value, index) => [index * step, height - 2 - value / most * (height - 4)] as const);
  const [x, y] = points.at(-1) ?? [0, 0];
  return (
    <svg class="spark" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <polyline points={points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(" ")} />
      <circle cx={x.toFixed(1)} cy={y.toFixed(1)} r="2" />
    </svg>
  );
}
