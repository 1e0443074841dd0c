/**
 * Where a value came from.
 *
 * @module
 */

/** A place that a person can go to and change. */
export type Origin =
  | { readonly kind: "default" }
  /** A configuration file or `.env`; the line is missing where the format gives none. */
  | { readonly kind: "file"; readonly file: string; readonly line?: number }
  /** The environment of the process. */
  | { readonly kind: "environment" }
  /** The command line. */
  | { readonly kind: "option" }
  /** A change at run time, which stays in the data directory; see `deno task config changes`. */
  | { readonly kind: "runtime" };

/** The place in words: `default`, `config.yaml:3`, `environment`. */
export function describeOrigin(origin: Origin): string {
  if (origin.kind !== "file") return origin.kind;
  return origin.line === undefined ? origin.file : `${origin.file}:${origin.line}`;
}
