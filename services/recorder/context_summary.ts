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
  // A method, so that a function of one machine's context will do.
  values(context: unknown): readonly unknown[];
}

/** A context in a record. */
export interface KeptContext {
  readonly keys: readonly string[];
  readonly values: readonly (Redacted | undefined)[];
}

/** Follows the context of one actor. */
export class ContextWatch {
  readonly #summary: ContextSummary;
  #context: unknown;
  #values: readonly (Redacted | undefined)[] = [];
  #transcripts = false;

  constructor(summary: ContextSummary) {
    this.#summary = summary;
  }

  /** What is to be kept of a context; undefined where it is the one before. */
  take(context: unknown, redactor: Redactor): KeptContext | undefined {
    if (context === this.#context) return undefined;
    this.#context = context;
    if (redactor.transcripts !== this.#transcripts) this.#values = [];
    this.#transcripts = redactor.transcripts;
    const { keys } = this.#summary;
    const values = this.#summary.values(context);
    const kept: (Redacted | undefined)[] = [];
    for (let index = 0; index < keys.length; index++) {
      const value = values[index];
      // What was kept as it is may be kept again: most values stay from step to step.
      kept.push(value === undefined || value === this.#values[index] ? value as Redacted | undefined : redactor.redact(value, keys[index]));
    }
    redactor.bytes += VALUE_BYTES * keys.length;
    this.#values = kept;
    return { keys, values: kept };
  }
}

/** A context as it stands in a line. */
export function contextLine({ keys, values }: KeptContext): Readonly<Record<string, Redacted>> {
  const entries = keys.map((key, index) => [key, values[index]] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, Redacted] => entry[1] !== undefined));
}
