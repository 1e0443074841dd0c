/**
 * What of a machine's context a recording keeps.
 *
 * @module
 */

import type { Redacted, Redactor } from "./redact.ts";

/** Estimate of what one value costs beyond its characters, bytes. */
const VALUE_BYTES = 8;

/** Names a few values of a context. Whoever owns the machine gives it, because a context also holds what no recording should: ports, audio. */
export interface ContextSummary {
  /** Names of the values. They decide what is kept of a text, as in the payload of an event. */
  readonly keys: readonly string[];
  /**
   * The values in the order of their names; undefined leaves one out. It is called with every context that differs from the one before, so
   * it must be quick.
   *
   * @param context Of the machine that it was made for.
   */
  // A method, so that a function of one machine's context will do. The list is the caller's, who keeps what may be kept in it.
  values(context: unknown): unknown[];
}

/** What is kept of a context: values in the order of the summary's names. */
export type KeptContext = readonly (Redacted | undefined)[];

/** Follows the context of one actor. */
export class ContextWatch {
  /** Names of the values. */
  readonly keys: readonly string[];
  readonly #summary: ContextSummary;
  #context: unknown;
  /** For each name the last value that was kept as it is: most come again, and need no second look. */
  #known: unknown[] = [];
  #transcripts = false;

  constructor(summary: ContextSummary) {
    this.#summary = summary;
    this.keys = summary.keys;
  }

  /** What is to be kept of a context; undefined where it is the one before. */
  take(context: unknown, redactor: Redactor): KeptContext | undefined {
    if (context === this.#context) return undefined;
    this.#context = context;
    if (redactor.transcripts !== this.#transcripts) {
      this.#known = [];
      this.#transcripts = redactor.transcripts;
    }
    const { keys } = this;
    const values = this.#summary.values(context);
    for (let index = 0; index < keys.length; index++) {
      const value = values[index];
      if (value === undefined || value === this.#known[index]) continue;
      const kept = values[index] = redactor.redact(value, keys[index]);
      if (kept === value) this.#known[index] = value;
    }
    redactor.bytes += VALUE_BYTES * keys.length;
    return values as KeptContext;
  }
}

/** A context as it stands in a line. */
export function contextLine(keys: readonly string[], values: KeptContext): Readonly<Record<string, Redacted>> {
  const entries = keys.map((key, index) => [key, values[index]] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, Redacted] => entry[1] !== undefined));
}
