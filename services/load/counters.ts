/**
 * What was refused, left out and dropped, for metrics and pages.
 *
 * @module
 */

/** Counts since the start of the process. */
export interface LoadCounts {
  /** Requests of devices that were refused, by the code of the answer. */
  readonly refused: Readonly<Record<string, number>>;
  /** Work that was left out to save power, by what it was. */
  readonly leftOut: Readonly<Record<string, number>>;
  /** Devices that took audio too slowly: told so, and disconnected. */
  readonly slow: { readonly noticed: number; readonly closed: number };
}

/** Most names that are counted in a group: codes are a handful of words of this program. */
const MAX_NAMES = 64;

/** Counts. */
export class LoadCounters {
  readonly #refused = new Map<string, number>();
  readonly #leftOut = new Map<string, number>();
  readonly #slow = { noticed: 0, closed: 0 };

  /** A device was refused. */
  refused(code: string): void {
    count(this.#refused, code);
  }

  /** Something was left out. */
  leftOut(what: string): void {
    count(this.#leftOut, what);
  }

  /** A device was slow. */
  slow(what: "noticed" | "closed"): void {
    this.#slow[what]++;
  }

  /** A copy of the counts. */
  counts(): LoadCounts {
    return { refused: Object.fromEntries(this.#refused), leftOut: Object.fromEntries(this.#leftOut), slow: { ...this.#slow } };
  }
}

function count(counts: Map<string, number>, name: string): void {
  if (counts.has(name) || counts.size < MAX_NAMES) counts.set(name, (counts.get(name) ?? 0) + 1);
}
