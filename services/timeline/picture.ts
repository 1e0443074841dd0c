/**
 * Pictures as data: drawn once, shown by a page in its own colours, or written as an SVG file that stands alone.
 *
 * @module
 */

import { textWidth } from "../charts/text.ts";

/** A part of a picture: an SVG element. `class` names what it is, and so its colour: see {@link PAINT}. */
export interface Shape {
  readonly tag: "g" | "rect" | "line" | "path" | "text" | "title" | "polygon";
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly content: string | readonly Shape[];
}

/** A picture. Sizes in pixels. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** What it shows, for those who do not see it. */
  readonly description: string;
  readonly shapes: readonly Shape[];
}

/** Size of text in pictures, pixels. */
export const TEXT = 13;
/** Size of small text, pixels. */
export const SMALL = 12;

/** Colours by class: the property that is painted, on light and on dark ground. Text has a contrast of 4.5 or more. */
const PAINT: Readonly<Record<string, readonly [property: "fill" | "stroke", light: string, dark: string]>> = {
  "p-back": ["fill", "#ffffff", "#0d1117"],
  "p-band": ["fill", "#f6f8fa", "#161b22"],
  "p-text": ["fill", "#1f2328", "#e6edf3"],
  "p-soft": ["fill", "#57606a", "#9da7b3"],
  "p-bad": ["fill", "#ac1f2b", "#ff9290"],
  "p-grid": ["stroke", "#d8dee4", "#30363d"],
  "p-mark": ["stroke", "#57606a", "#9da7b3"],
  "p-cut": ["stroke", "#cf222e", "#ff7b72"],
  "p-arrow": ["stroke", "#424a53", "#b1bac4"],
  "p-head": ["fill", "#424a53", "#b1bac4"],
  "p-bad-head": ["fill", "#cf222e", "#ff7b72"],
  "p-state": ["fill", "#ddf4ff", "#12284a"],
  "p-usual": ["fill", "#8c959f", "#768390"],
  "p-total": ["fill", "#24292f", "#d0d7de"],
  "p-person": ["fill", "#1b7c83", "#39c5cf"],
  "p-rule": ["fill", "#d4a72c", "#d29922"],
  "p-provider": ["fill", "#0969da", "#58a6ff"],
  "p-server": ["fill", "#1a7f37", "#3fb950"],
  "p-silence": ["fill", "#afb8c1", "#6e7681"],
  "p-playback": ["fill", "#8250df", "#bc8cff"],
  "p-tool": ["fill", "#bc4c00", "#f0883e"],
};

const FONT = `system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", sans-serif`;

/** A part of a picture. */
export function shape(tag: Shape["tag"], attributes: Shape["attributes"], content: Shape["content"] = []): Shape {
  return { tag, attributes, content };
}

/** A line. */
export function line(kind: string, x1: number, y1: number, x2: number, y2: number, more: Shape["attributes"] = {}): Shape {
  return shape("line", { class: kind, x1: round(x1), y1: round(y1), x2: round(x2), y2: round(y2), ...more });
}

/** A line of text, `y` at its foot. */
export function text(
  words: string,
  x: number,
  y: number,
  { kind = "p-text", size = TEXT, anchor = "start", bold = false }: {
    readonly kind?: string;
    readonly size?: number;
    readonly anchor?: "start" | "middle" | "end";
    readonly bold?: boolean;
  } = {},
): Shape {
  return shape("text", {
    class: kind,
    x: round(x),
    y: round(y),
    "font-size": size,
    ...(anchor === "start" ? {} : { "text-anchor": anchor }),
    ...(bold ? { "font-weight": 600 } : {}),
  }, words);
}

/** `words` as far as they fit into `width` pixels, with an ellipsis where they do not. */
export function fitted(words: string, width: number, size = TEXT): string {
  if (textWidth(words, size) <= width) return words;
  let kept = "";
  for (const char of words) {
    if (textWidth(`${kept}${char}…`, size) > width) break;
    kept += char;
  }
  return `${kept.trimEnd()}…`;
}

/** A number as exact as a picture needs it. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The picture as the text of an SVG file: its colours are in it, light and dark; it refers to nothing and runs nothing. */
export function standAlone({ width, height, title, description, shapes }: Picture): string {
  const size = `viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}"`;
  const dark = Object.entries(PAINT).map(([name, [property, , colour]]) => `.${name}{${property}:${colour}}`).join("");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="${escapeXml(FONT)}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<desc>${escapeXml(description)}</desc>`,
    `<style>@media (prefers-color-scheme:dark){${dark}}</style>`,
    xml(shape("rect", { class: "p-back", width: round(width), height: round(height) })),
    ...shapes.map(xml),
    "</svg>",
  ].join("\n") + "\n";
}

function xml({ tag, attributes, content }: Shape): string {
  const painted = { ...paint(String(attributes.class ?? "")), ...attributes };
  const written = Object.entries(painted).map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`).join("");
  const inner = typeof content === "string" ? escapeXml(content) : content.map(xml).join("");
  return inner === "" ? `<${tag}${written}/>` : `<${tag}${written}>${inner}</${tag}>`;
}

/** Attributes, which every program understands; the style sheet has the dark colours only. */
function paint(kind: string): Record<string, string> {
  const found = PAINT[kind];
  if (found === undefined) return {};
  const [property, colour] = found;
  return property === "stroke" ? { fill: "none", stroke: colour } : { fill: colour };
}

// deno-lint-ignore no-control-regex -- what XML may not hold in any form
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

function escapeXml(value: string): string {
  return value.toWellFormed().replace(UNWRITABLE, "\ufffd").replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
