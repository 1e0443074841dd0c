/**
 * A lease as its holder sees it: with an end by the holder's own clock.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { Grant, Leases } from "./lease.ts";

/**
 * Share of a lease that its holder does not use: clocks of two machines differ by far less in a few seconds, and what the holder began to
 * write before the end arrives within it.
 */
const MARGIN = 0.1;

/** A lease that this node holds, or held. */
export class HeldLease {
  readonly #leases: Leases;
  readonly #clock: Clock;
  readonly #ttlMs: number;
  /** What was granted. */
  readonly grant: Grant;
  #until: number;
  /** Once it is over it stays over: an answer that comes late does not bring it back. */
  #over = false;

  /** @param askedAt When the lease was asked for, on the monotonic clock: it may run from then on. */
  constructor(leases: Leases, grant: Grant, options: { readonly clock: Clock; readonly ttlMs: number; readonly askedAt: number }) {
    this.#leases = leases;
    this.#clock = options.clock;
    this.#ttlMs = options.ttlMs;
    this.grant = grant;
    this.#until = options.askedAt + options.ttlMs * (1 - MARGIN);
  }

  /** The fencing token. */
  get token(): number {
    return this.grant.token;
  }

  /** Milliseconds for which it is certainly held; 0 when that is over. */
  get leftMs(): number {
    return this.#over ? 0 : Math.max(0, this.#until - this.#clock.now());
  }

  /** Whether it is certainly held. */
  valid(): boolean {
    return this.leftMs > 0;
  }

  /** Prolongs it. False when it is over for good. Rejects when the keeper cannot be reached. */
  async renew(): Promise<boolean> {
    const askedAt = this.#clock.now();
    const renewed = await this.#leases.renew(this.grant, this.#ttlMs);
    // Two answers may overtake each other, and a later end that was granted once stays granted.
    if (renewed) this.#until = Math.max(this.#until, askedAt + this.#ttlMs * (1 - MARGIN));
    else this.#over = true;
    return renewed && !this.#over;
  }

  /** Gives it back. */
  async release(): Promise<void> {
    this.#over = true;
    await this.#leases.release(this.grant);
  }
}

/** Tries to get a lease; undefined while somebody else holds it. Rejects when the keeper cannot be reached. */
export async function holdLease(
  leases: Leases,
  options: { readonly name: string; readonly holder: string; readonly ttlMs: number; readonly clock: Clock },
): Promise<HeldLease | undefined> {
  const askedAt = options.clock.now();
  const grant = await leases.acquire(options.name, options.holder, options.ttlMs);
  return grant === undefined ? undefined : new HeldLease(leases, grant, { clock: options.clock, ttlMs: options.ttlMs, askedAt });
}
