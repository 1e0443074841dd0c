/**
 * Says whether lines of a recording are as they should be. By hand, and not by a library of schemas: those make code at run time, which the
 * policy of the console's pages forbids, and a recording of 100,000 lines is read while somebody waits.
 *
 * @module
 */

interface Kind {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

/** The fields that a line may have; others belong to a later version, and are read past. */
type Fields = Readonly<Record<string, Kind | readonly [Kind, "optional"]>>;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const text: Kind = { expected: "a text", fits: (value) => typeof value === "string" };
const number: Kind = { expected: "a number", fits: (value) => Number.isFinite(value) };
const integer: Kind = { expected: "a whole number", fits: Number.isSafeInteger };
const whole: Kind = { expected: "a whole number of 0 or more", fits: isWhole };
const edges: Kind = { expected: "a list of numbers of transitions", fits: (value) => Array.isArray(value) && value.every(isWhole) };
const object: Kind = { expected: "an object", fits: isObject };
const yes: Kind = { expected: "true", fits: (value) => value === true };
const anything: Kind = { expected: "a value", fits: () => true };
const machine: Kind = {
  expected: "an object with 'id' and 'hash'",
  fits: (value) => isObject(value) && text.fits(value.id) && text.fits(value.hash),
};
const faults: Kind = {
  expected: "an object with 'count' and 'last'",
  fits: (value) => isObject(value) && isWhole(value.count) && text.fits(value.last),
};

/** Fields of the first line. */
export const HEADER_FIELDS: Fields = {
  kind: { expected: "'header'", fits: (value) => value === "header" },
  schema: whole,
  app: text,
  device: text,
  machine: [machine, "optional"],
  epoch: number,
  dropped: whole,
  faults: [faults, "optional"],
};

/** Fields of a record. Its kind may be one of a later version: that is passed over by whoever does not know it. */
export const RECORD_FIELDS: Fields = {
  seq: whole,
  t: integer,
  wall: number,
  kind: text,
  conn: [whole, "optional"],
  actor: text,
  type: text,
  from: [text, "optional"],
  to: [text, "optional"],
  edges: [edges, "optional"],
  context: [object, "optional"],
  ignored: [yes, "optional"],
  data: [anything, "optional"],
};

/** What is wrong with a line, such as `, field 't': expected a whole number, found a text`; undefined where nothing is. */
export function faultOf(value: unknown, fields: Fields): string | undefined {
  if (!isObject(value)) return `: expected an object, found ${nameOf(value)}`;
  for (const name in fields) {
    const field = fields[name]!;
    const [kind, optional] = "fits" in field ? [field, false] : [field[0], true];
    const given = value[name];
    if (optional && given === undefined || kind.fits(given)) continue;
    return `, field '${name}': expected ${kind.expected}, found ${nameOf(given)}`;
  }
  return undefined;
}

function nameOf(value: unknown): string {
  if (value === undefined) return "none";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? "a text" : String(value);
}
