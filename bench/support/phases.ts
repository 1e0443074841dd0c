/**
 * Where in the 60 ms of a frame each device stands.
 *
 * @module
 */

import { FRAME_MS } from "./speech.ts";

/** The fractional part of the golden ratio: its multiples fill an interval evenly, however many there are. */
const GOLDEN = 0.618033988749895;

/** Milliseconds by which a device's frames are shifted, so that a fleet's frames do not all fall due at the same time. */
export function phaseMs(index: number): number {
  return (index * GOLDEN % 1) * FRAME_MS;
}
