/**
 * A picture of data in the page's own colours; `console/style/picture.css` has them.
 *
 * @module
 */

import { createElement, type JSX } from "preact";
import type { Picture, Shape } from "../../services/timeline/picture.ts";

/** What a {@link PictureView} shows. */
export interface PictureViewProps {
  readonly picture: Picture;
  /** What it says to those who do not see it, who also get a table or a list. */
  readonly label: string;
}

/** The picture. */
export function PictureView({ picture: { width, height, shapes }, label }: PictureViewProps): JSX.Element {
  return (
    <svg class="picture" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {shapes.map(drawn)}
    </svg>
  );
}

function drawn({ tag, attributes, content }: Shape, key: number): JSX.Element {
  return createElement(tag, { key, ...attributes }, typeof content === "string" ? content : content.map(drawn));
}
