/**
 * Values of the configuration as people read them.
 *
 * @module
 */

import type { JSX } from "preact";
import { useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import { flagsTexts } from "./texts.ts";

/** What a flag may be: on, off, or on for a part of the devices. */
export type FlagValue = boolean | { readonly percent: number };

/** The part of the devices that a flag holds for; undefined where it is no part, or where the value is none of a flag. */
export function percentOf(value: unknown): number | undefined {
  if (typeof value !== "object" || value === null || !("percent" in value)) return undefined;
  return typeof value.percent === "number" ? value.percent : undefined;
}

/** Whether two values are the same. They are JSON, whose keys come in the order of the schema. */
export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Makes values into words: flags as switches, all else as the configuration writes it. */
export function useValueText(): (value: unknown) => string {
  const t = useTexts(flagsTexts);
  return (value) => {
    if (value === true) return t.on;
    if (value === false) return t.off;
    const percent = percentOf(value);
    if (percent !== undefined) return fill(t.part, { percent });
    return typeof value === "string" && value !== "" ? value : JSON.stringify(value) ?? t.nothing;
  };
}

/** One value before and after. */
export function Difference(
  { name, before, after }: { readonly name: string; readonly before: unknown; readonly after: unknown },
): JSX.Element {
  const t = useTexts(flagsTexts);
  const text = useValueText();
  return (
    <span class="difference">
      <span class="mono">{name}</span>{" "}
      <del>
        <span class="hidden-text">{t.before}</span> {text(before)}
      </del>{" "}
      <span aria-hidden="true">→</span>{" "}
      <ins>
        <span class="hidden-text">{t.after}</span> {text(after)}
      </ins>
    </span>
  );
}
