/**
 * How loud something is.
 *
 * @module
 */

import type { JSX } from "preact";

/** Below this nothing is shown, decibels of full scale: the noise of a quiet room. */
const FLOOR_DB = -60;

/** Decibels of full scale of a root mean square of 0 to 1. */
export function decibels(level: number): number {
  return level <= 0 ? -Infinity : 20 * Math.log10(level);
}

/** A bar that follows a level; what it reads is asked while it draws, so that it alone is drawn anew. */
export function Meter({ label, level }: { readonly label: string; readonly level: () => number }): JSX.Element {
  const share = Math.max(0, Math.min(1, 1 - decibels(level()) / FLOOR_DB));
  return (
    <div class="level">
      <span class="small soft">{label}</span>
      <span class="bar-track" aria-hidden="true">
        <span class="bar-fill" style={{ transform: `scaleX(${share.toFixed(3)})` }} />
      </span>
    </div>
  );
}
