/**
 * States by their ids, which are paths: `device.ready.vad` is in `device.ready`.
 *
 * @module
 */

/** The ids in a record's `from` or `to`. */
export function idsOf(text: string | undefined): readonly string[] {
  return text === undefined || text === "" ? [] : text.split(" ");
}

/** A state and those around it, innermost first. */
export function* around(id: string): Iterable<string> {
  for (let end = id.length; end > 0; end = id.lastIndexOf(".", end - 1)) yield id.slice(0, end);
}

/** States and all those around them. */
export function closure(ids: readonly string[]): Set<string> {
  const all = new Set<string>();
  for (const id of ids) for (const each of around(id)) all.add(each);
  return all;
}
