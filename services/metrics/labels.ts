/**
 * Labels with a bounded number of values: whatever a program puts in, a metric never grows beyond them.
 *
 * @module
 */

/** What a value outside of the set is counted as. */
export const OTHER = "other";

/** Longest value that is taken up; names of actors and codes of errors are shorter. */
const MAX_LENGTH = 64;

/**
 * Names that people give: letters, joined by signs, with at most two digits in a row. Addresses, ids and times are none, so a device id can
 * never take a place in a set that is filled as it is used.
 */
const NAME = /^[A-Za-z][A-Za-z_./-]*(?:\d{1,2}[A-Za-z_./-]+)*(?:\d{1,2})?$/;

/** A label and the values that it may have. */
export interface LabelSet<V extends string = string> {
  readonly name: string;
  /** Most values, {@link OTHER} included. */
  readonly size: number;
  /** Place of a value; 0 for what is counted as {@link OTHER}. */
  indexOf(value: V): number;
  /** The value at a place. */
  at(index: number): string;
}

/** A label whose values are known. The type knows them, too; what gets past it counts as {@link OTHER}. */
export function oneOf<const V extends string>(name: string, values: readonly V[]): LabelSet<V> {
  const all = [OTHER, ...values.filter((value) => value !== OTHER)];
  const places = new Map<string, number>(all.map((value, index) => [value, index]));
  return { name, size: all.length, indexOf: (value) => places.get(value) ?? 0, at: (index) => all[index] ?? OTHER };
}

/**
 * A label whose values come up while the program runs, as the names of parts and the codes of errors do: the first `limit` that look like
 * names are taken up.
 */
export function firstOf(name: string, limit: number): LabelSet {
  const all = [OTHER];
  const places = new Map<string, number>([[OTHER, 0]]);
  const learn = (value: string): number => {
    if (all.length > limit || value.length > MAX_LENGTH || !NAME.test(value)) return 0;
    places.set(value, all.length);
    return all.push(value) - 1;
  };
  return { name, size: limit + 1, indexOf: (value) => places.get(value) ?? learn(value), at: (index) => all[index] ?? OTHER };
}
