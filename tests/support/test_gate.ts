/**
 * A flag that a test turns.
 *
 * @module
 */

import type { ChildGate } from "../../actors/supervision/flagged.ts";

/** A gate, and the hand on it. */
export interface TestGate {
  readonly gate: ChildGate;
  /** Who wants to hear of changes. */
  readonly listeners: ReadonlySet<() => void>;
  turn(on: boolean): void;
}

/** A flag, on by default. */
export function testGate(isOn = true): TestGate {
  const listeners = new Set<() => void>();
  return {
    listeners,
    gate: {
      isOn: () => isOn,
      onChange(listener) {
        listeners.add(listener);
        return { [Symbol.dispose]: () => void listeners.delete(listener) };
      },
    },
    turn(on) {
      isOn = on;
      listeners.forEach((listener) => listener());
    },
  };
}
