/**
 * Where a chart's states and arrows are drawn.
 *
 * @module
 */

import type { Chart } from "./model.ts";

/** A place in the picture, pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle in the picture, pixels. */
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** A drawn arrow. */
export interface PlacedEdge {
  /** Number of the transition; absent for the arrow to an initial state. */
  readonly id?: number;
  readonly source: string;
  readonly target: string;
  readonly points: readonly Point[];
  readonly label?: Box & { readonly lines: readonly string[] };
}

/** Where everything is. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: Readonly<Record<string, Box>>;
  /** Centres of the dots that arrows to initial states begin at, by the id of the state around. */
  readonly initials: Readonly<Record<string, Point>>;
  readonly edges: readonly PlacedEdge[];
}

/** A chart with its layout. */
export interface DrawnChart extends Chart {
  readonly layout: Layout;
}
