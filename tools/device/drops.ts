/**
 * Packets that never sounded, by reason.
 *
 * @module
 */

/** Counts of lost packets. */
export interface DropCounts {
  /** The device was not speaking. */
  notSpeaking: number;
  /** The decode queue was full. */
  overflow: number;
  /** The queue was flushed, on entering speaking or listening. */
  flushed: number;
  /** Uplink packets lost because the main loop was blocked for too long. */
  uplink: number;
  /** Speech said while the microphone was off, in packets. */
  unheard: number;
}

/** All counts at zero. */
export function noDrops(): DropCounts {
  return { notSpeaking: 0, overflow: 0, flushed: 0, uplink: 0, unheard: 0 };
}
