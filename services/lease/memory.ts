/**
 * Leases of one process: for a runtime that is the only node there is.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { AppError } from "../../base/errors.ts";
import { checkLease } from "./check.ts";
import type { Grant, Leases } from "./lease.ts";

interface Held {
  readonly grant: Grant;
  /** Reading of the clock at which it is over. */
  until: number;
}

/** Leases in memory. Tokens count from the wall time in microseconds, so that they go on growing across restarts. */
export function memoryLeases(clock: Clock): Leases {
  return new MemoryLeases(clock);
}

class MemoryLeases implements Leases {
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();
  #token = 0;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  // deno-lint-ignore require-await -- async so that a failure is a rejection, never a throw at the call
  async acquire(name: string, holder: string, ttlMs: number): Promise<Grant | undefined> {
    this.#check();
    checkLease(name, holder, ttlMs);
    const held = this.#current(name);
    if (held !== undefined && held.grant.holder !== holder) return undefined;
    this.#token = Math.max(this.#token + 1, Math.floor(this.#clock.wall() * 1000));
    const grant = { name, holder, token: this.#token };
    this.#held.set(name, { grant, until: this.#clock.now() + ttlMs });
    return grant;
  }

  // deno-lint-ignore require-await -- as above
  async renew(grant: Grant, ttlMs: number): Promise<boolean> {
    this.#check();
    checkLease(grant.name, grant.holder, ttlMs);
    const held = this.#current(grant.name);
    if (held === undefined || held.grant.token !== grant.token) return false;
    held.until = this.#clock.now() + ttlMs;
    return true;
  }

  // deno-lint-ignore require-await -- as above
  async release(grant: Grant): Promise<void> {
    this.#check();
    if (this.#current(grant.name)?.grant.token === grant.token) this.#held.delete(grant.name);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#held.clear();
    return Promise.resolve();
  }

  #current(name: string): Held | undefined {
    const held = this.#held.get(name);
    return held === undefined || held.until <= this.#clock.now() ? undefined : held;
  }

  #check(): void {
    if (this.#closed) throw new AppError("Cannot keep leases: the keeper is closed", { code: "lease_closed", retryable: true });
  }
}
