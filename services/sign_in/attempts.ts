/**
 * How often somebody may guess: by address, and everybody together.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";

/** Wrong passwords that one address may give within {@link WINDOW_MS}: more than a person mistypes. */
const MAX_OF_ADDRESS = 10;
/** Wrong passwords of all addresses together within {@link WINDOW_MS}: each costs 100 ms of a core and 32 MiB. */
const MAX_OF_ALL = 60;
/** With {@link MAX_OF_ADDRESS}, 14,400 guesses a day from one address. */
const WINDOW_MS = 60_000;
/** Addresses remembered at once; beyond them the limit of all is what holds. */
const MAX_ADDRESSES = 1024;

interface Count {
  failures: number;
  since: number;
}

/** Counts wrong passwords. */
export class Attempts {
  readonly #clock: Clock;
  /** Least recently counted first. */
  readonly #addresses = new Map<string, Count>();
  /** Addresses from which somebody signed in: strangers who guess do not lock them out. */
  readonly #known = new Set<string>();
  #all: Count;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#all = { failures: 0, since: clock.now() };
  }

  /**
   * Takes up a try from an address, which counts as wrong until {@link succeeded} is called: many tries at once must not pass while the
   * first is being checked.
   *
   * @returns Seconds to wait; 0 where the try may be made.
   */
  begin(address: string): number {
    const now = this.#clock.now();
    const own = this.#recent(this.#addresses.get(address), now);
    this.#all = this.#recent(this.#all, now);
    const limiting = own.failures >= MAX_OF_ADDRESS
      ? own
      : this.#all.failures >= MAX_OF_ALL && !this.#known.has(address)
      ? this.#all
      : undefined;
    if (limiting !== undefined) return Math.max(1, Math.ceil((limiting.since + WINDOW_MS - now) / 1000));
    own.failures++;
    this.#all.failures++;
    this.#addresses.delete(address);
    this.#addresses.set(address, own);
    drop(this.#addresses, MAX_ADDRESSES);
    return 0;
  }

  /** The try was right: the address has a clean slate. */
  succeeded(address: string): void {
    this.#addresses.delete(address);
    this.#all.failures = Math.max(0, this.#all.failures - 1);
    this.#known.delete(address);
    this.#known.add(address);
    drop(this.#known, MAX_ADDRESSES);
  }

  #recent(count: Count | undefined, now: number): Count {
    return count !== undefined && now - count.since < WINDOW_MS ? count : { failures: 0, since: now };
  }
}

function drop(collection: Map<string, unknown> | Set<string>, max: number): void {
  const oldest = collection.keys().next().value;
  if (collection.size > max && oldest !== undefined) collection.delete(oldest);
}
