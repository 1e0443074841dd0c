/**
 * Which part of a picture is seen, and how large.
 *
 * @module
 */

import type { Box } from "../../services/charts/placed.ts";

/** A size, pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where one looks: the point of the picture in the middle of the window, and the window's pixels for one of the picture's. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/** At this scale a state's name is as large as the text around the chart. */
export const READING_SCALE = 0.85;
/** Below it only names of the most important states can be read; they are drawn larger then. */
export const FAR_SCALE = 0.42;
/** Nothing is smaller than this, or larger. */
const MIN_SCALE = 0.05;
const MAX_SCALE = 2.5;
/** Room left around the whole picture, pixels of the window. */
const MARGIN = 16;
/** Sees the whole picture, never larger than it is. */
export function fit(picture: Size, window: Size): Camera {
  const scale = Math.min((window.width - 2 * MARGIN) / picture.width, (window.height - 2 * MARGIN) / picture.height, 1);
  return { x: picture.width / 2, y: picture.height / 2, scale: bounded(scale) };
}

/** The same picture, `factor` times as large; the point at `at`, pixels of the window, stays where it is. */
export function zoom(camera: Camera, factor: number, window: Size, at = { x: window.width / 2, y: window.height / 2 }): Camera {
  const scale = bounded(camera.scale * factor);
  const away = (1 / camera.scale) - (1 / scale);
  return { x: camera.x + (at.x - window.width / 2) * away, y: camera.y + (at.y - window.height / 2) * away, scale };
}

/** Moves by pixels of the window, never away from the picture. */
export function pan({ x, y, scale }: Camera, dx: number, dy: number, picture: Size): Camera {
  return {
    x: Math.max(0, Math.min(picture.width, x + dx / scale)),
    y: Math.max(0, Math.min(picture.height, y + dy / scale)),
    scale,
  };
}

/** Brings a part of the picture into sight; the same camera where it is in sight already, or is too large to be, but in the middle. */
export function follow(camera: Camera, box: Box, window: Size): Camera {
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const isSeen = (away: number, size: number, room: number) =>
    Math.abs(away) * camera.scale <= Math.max(MARGIN, (room - size * camera.scale) / 2 - MARGIN);
  if (isSeen(x - camera.x, box.width, window.width) && isSeen(y - camera.y, box.height, window.height)) return camera;
  return { x, y, scale: camera.scale };
}

/** What has a box and as many of the others around it as fit into a window at a scale. */
export function together(box: Box, others: readonly Box[], scale: number, window: Size): Box {
  return others.reduce((all, other) => {
    const [x, y] = [Math.min(all.x, other.x), Math.min(all.y, other.y)];
    const width = Math.max(all.x + all.width, other.x + other.width) - x;
    const height = Math.max(all.y + all.height, other.y + other.height) - y;
    const fits = width * scale <= window.width - 4 * MARGIN && height * scale <= window.height - 4 * MARGIN;
    return fits ? { x, y, width, height } : all;
  }, box);
}

/** Where the picture's corner is, as CSS says it. */
export function transformOf({ x, y, scale }: Camera, window: Size): string {
  return `translate(${(window.width / 2 - x * scale).toFixed(1)}px, ${(window.height / 2 - y * scale).toFixed(1)}px) scale(${
    scale.toFixed(4)
  })`;
}

function bounded(scale: number): number {
  return Math.max(MIN_SCALE, Math.min(MAX_SCALE, scale));
}
