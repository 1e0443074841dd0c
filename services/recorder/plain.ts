/**
 * The short way into a recording: most events carry a few numbers, flags and ids, which are kept in the slot itself, without a copy.
 *
 * @module
 */

import type { Redactor } from "./redact.ts";

/** A value that is kept as it is. */
export type Plain = string | number | boolean;

/** Most values of an event that are kept this way: no frequent event of a device has more. */
export const MAX_PLAIN = 4;
/** Event types that are remembered; a machine has fewer, so more are made up by whoever sends them. */
const MAX_SHAPES = 256;

/** Where plain values go. */
export interface PlainSlot {
  keys: readonly string[] | undefined;
  readonly values: (Plain | undefined)[];
}

interface Shape {
  readonly keys: string[];
  /** For each key, whether its text is a word of this program. */
  readonly words: boolean[];
}

/** Knows what the events of each type look like. */
export class PlainPayloads {
  readonly #redactor: Redactor;
  readonly #shapes = new Map<string, Shape | undefined>();
  /** Ids come several times in a row. */
  #word: string | undefined;

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** Takes the payload of an event into a slot; false where it must go the long way. What a slot then holds counts for nothing. */
  take(event: Readonly<Record<string, unknown>>, type: string, slot: PlainSlot): boolean {
    const shape = this.#shapes.get(type) ?? this.#learn(event, type);
    if (shape === undefined) return false;
    const { keys, words } = shape;
    const { values } = slot;
    let count = 0;
    for (const key in event) {
      if (key === "type") continue;
      if (keys[count] !== key) return false;
      const value = event[key];
      if (
        typeof value === "number"
          ? !Number.isFinite(value)
          : typeof value === "string"
          ? !(words[count] && this.#isWord(value))
          : typeof value !== "boolean"
      ) {
        return false;
      }
      values[count++] = value as Plain;
    }
    if (count !== keys.length) return false;
    slot.keys = count === 0 ? undefined : keys;
    return true;
  }

  #isWord(value: string): boolean {
    if (value === this.#word) return true;
    if (!this.#redactor.isWord(value)) return false;
    this.#word = value;
    return true;
  }

  #learn(event: Readonly<Record<string, unknown>>, type: string): Shape | undefined {
    if (this.#shapes.has(type) || this.#shapes.size >= MAX_SHAPES) return undefined;
    const keys = Object.keys(event).filter((key) => key !== "type");
    const kinds = keys.map((key) => this.#redactor.kindOf(key));
    const isUsable = keys.length <= MAX_PLAIN &&
      keys.every((key, index) => !["secret", "measure"].includes(kinds[index]!) && key.length <= 64);
    const shape = isUsable ? { keys, words: kinds.map((kind) => kind === "word") } : undefined;
    this.#shapes.set(type, shape);
    return shape;
  }
}
