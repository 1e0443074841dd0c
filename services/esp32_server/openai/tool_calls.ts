/**
 * Tool calls, which come as fragments that carry an index.
 *
 * @module
 */

import type { ToolCall } from "../stages.ts";

/** A piece of a call, as far as its fields can be used. */
export interface ToolFragment {
  readonly index?: number;
  readonly id?: string;
  readonly name?: string;
  /** A stretch of the JSON text of the arguments. */
  readonly text: string;
}

/** A call as the model wrote it. */
export interface WrittenCall {
  readonly id: string;
  readonly name: string;
  /** JSON text of the arguments, by the model. */
  readonly text: string;
}

interface Slot {
  readonly index: number | undefined;
  id: string;
  name: string;
  text: string;
}

/** Puts fragments together. */
export class ToolCallFragments {
  readonly #slots: Slot[] = [];
  #chars = 0;

  /** Characters taken in so far. */
  get chars(): number {
    return this.#chars;
  }

  /** Adds a fragment. */
  push({ index, id = "", name = "", text }: ToolFragment): void {
    this.#chars += id.length + name.length + text.length;
    const slot = this.#slotFor(index, id, name);
    if (id !== "") slot.id = id;
    if (name !== "") slot.name = name;
    slot.text += text;
  }

  /** The calls, each with an id that is not in `taken`: some servers send none, or the same in every round. */
  calls(taken: ReadonlySet<string>): WrittenCall[] {
    const used = new Set(taken);
    return this.#slots.map(({ id, name, text }) => {
      let unique = id === "" ? `call_${used.size}` : id;
      for (let n = 2; used.has(unique); n++) unique = `${id === "" ? "call" : id}_${n}`;
      used.add(unique);
      return { id: unique, name, text };
    });
  }

  /** Servers that number nothing, or number every call 0, tell a new call by a new id and a name. */
  #slotFor(index: number | undefined, id: string, name: string): Slot {
    const slot = index === undefined ? this.#slots.at(-1) : this.#slots.findLast((slot) => slot.index === index);
    const isOther = slot !== undefined && name !== "" && slot.name !== "" && id !== "" && id !== slot.id;
    const isNext = slot !== undefined && index === undefined && name !== "" && slot.name !== "" && id === "";
    if (slot !== undefined && !isOther && !isNext) return slot;
    const made: Slot = { index, id: "", name: "", text: "" };
    this.#slots.push(made);
    return made;
  }
}

/** The call with its arguments read; `undefined` when they are no JSON object, or nothing is called. No arguments at all are none. */
export function readCall({ id, name, text }: WrittenCall): ToolCall | undefined {
  if (name === "") return undefined;
  if (text.trim() === "") return { id, name, arguments: {} };
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    if (isObject) return { id, name, arguments: value as Record<string, unknown> };
    return value === null ? { id, name, arguments: {} } : undefined;
  } catch {
    return undefined;
  }
}
