/**
 * Two contexts side by side.
 *
 * @module
 */

import type { Data } from "../recording/view.ts";

/** A value of a context. */
export interface ContextRow {
  readonly key: string;
  readonly before: Data;
  readonly after: Data;
  readonly changed: boolean;
}

/** The values of both, in the order of the later one. Without an earlier one nothing has changed. */
export function rowsOf(before: Data, after: Data): readonly ContextRow[] {
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  const keys = new Set([...now.keys(), ...old.keys()]);
  return [...keys].map((key) => {
    const [was, is] = [old.get(key), now.get(key)];
    return { key, before: was, after: is, changed: before !== undefined && JSON.stringify(was) !== JSON.stringify(is) };
  });
}

function fieldsOf(data: Data): ReadonlyMap<string, Data> {
  return new Map(typeof data === "object" && data !== null && !Array.isArray(data) ? Object.entries(data) : []);
}
