/**
 * What every keeper of leases asks of its callers.
 *
 * @module
 */

import { AppError } from "../../base/errors.ts";

/** MySQL's names of locks end at 64 characters; what every keeper can keep is the limit of all. */
const MAX_NAME = 48;

/** A day: nobody waits longer for a dead holder, so a larger number is a mistake of units. */
const MAX_TTL_MS = 86_400_000;

/**
 * Checks the arguments of a lease.
 *
 * @throws AppError `bad_lease`.
 */
export function checkLease(name: string, holder: string, ttlMs: number): void {
  if (name === "" || name.length > MAX_NAME) throw bad(`name '${name}'`, `1 to ${MAX_NAME} characters`);
  if (holder === "") throw bad("holder ''", "the id of a node");
  if (!Number.isInteger(ttlMs) || ttlMs < 1 || ttlMs > MAX_TTL_MS) throw bad(`${ttlMs} ms`, `a whole number from 1 to ${MAX_TTL_MS}`);
}

function bad(what: string, right: string): AppError {
  return new AppError(`Cannot keep a lease with ${what}: expected ${right}`, { code: "bad_lease" });
}
