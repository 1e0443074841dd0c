/**
 * What the device has that tools can change: the loudspeaker's volume and a light.
 *
 * @module
 */

import { type Signal, signal } from "@preact/signals";

/** The light. */
export interface Light {
  readonly on: boolean;
  /** Red, green and blue, 0 to 255 each. */
  readonly rgb: readonly [number, number, number];
}

/** The board. */
export interface Board {
  /** 0 to 100. */
  readonly volume: Signal<number>;
  readonly light: Signal<Light>;
}

/** A board as it is when it is switched on. */
export function createBoard(): Board {
  return { volume: signal(70), light: signal<Light>({ on: false, rgb: [255, 180, 60] }) };
}
