/**
 * Records in a few characters: names without what every name has, values without their brackets.
 *
 * @module
 */

import type { Data } from "../recording/view.ts";

/** Characters of a value in a line of the log. */
const MAX_PREVIEW = 160;

/** What XState calls its own events, in short: `after recognizingLimit`, `done · preparing`; others are called what they are called. */
export function typeName(type: string): string {
  const after = /^xstate\.after\.([^.]+)\./.exec(type);
  if (after !== null) return `after ${after[1]}`;
  const ended = /^xstate\.(done|error)\.(?:actor|state)\.(?:\d+\.)?(.+)$/.exec(type);
  if (ended !== null) return `${ended[1] === "done" ? "done" : "failed"} · ${lastOf(ended[2] ?? "")}`;
  return type.replace(/^xstate\.(?:promise\.)?/, "");
}

/** Ids of states without what both have in front: `waiting.listening → vad`. */
export function stepName(from: string | undefined, to: string | undefined): string {
  if (to === undefined) return from === undefined ? "" : `${lastOf(from)} →`;
  if (from === undefined || from === "") return `→ ${lastOf(to)}`;
  if (from === to) return `↻ ${lastOf(to)}`;
  const [before, after] = [from.split("."), to.split(".")];
  let same = 0;
  while (same < before.length - 1 && same < after.length - 1 && before[same] === after[same]) same++;
  return `${before.slice(same).join(".")} → ${after.slice(same).join(".")}`;
}

/** A payload in one line; `chars` makes the length of a text that was left out into words. */
export function preview(data: Data, chars: (count: number) => string): string {
  const text = typeof data === "object" && data !== null && !Array.isArray(data)
    ? Object.entries(data).map(([key, value]) => `${key} ${short(value, chars)}`).join(", ")
    : data === undefined
    ? ""
    : short(data, chars);
  return text.length > MAX_PREVIEW ? `${text.slice(0, MAX_PREVIEW)}…` : text;
}

/** The length of a text that was left out of a recording; undefined for any other value. */
export function charsOf(value: unknown): number | undefined {
  if (typeof value !== "object" || value === null || Object.keys(value).join() !== "chars") return undefined;
  const { chars } = value as { readonly chars: unknown };
  return typeof chars === "number" ? chars : undefined;
}

/** A moment of the day, with milliseconds, in the browser's time zone. */
export function clockTime(wall: number): string {
  const date = new Date(wall);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

function short(value: unknown, chars: (count: number) => string): string {
  const left = charsOf(value);
  if (left !== undefined) return chars(left);
  return typeof value === "string" ? value : JSON.stringify(value) ?? "";
}

function lastOf(id: string): string {
  return id.slice(id.lastIndexOf(".") + 1);
}
