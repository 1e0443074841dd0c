/**
 * Waiting for something, but not for ever.
 *
 * @module
 */

import { type Clock, delay } from "../../base/clock.ts";
import type { Steps } from "./mailbox.ts";

/** How a wait ended. */
export type Outcome =
  | { readonly status: "done" }
  | { readonly status: "failed"; readonly reason: unknown }
  /** The time was over first. */
  | { readonly status: "late" }
  /** The signal aborted first. */
  | { readonly status: "cut" };

/** Waits for `promise`, at most for `limitMs` and until `cut` aborts. Never rejects, and leaves no timer. */
export async function within(
  promise: Promise<unknown>,
  limitMs: number | "infinity",
  clock: Clock,
  cut: AbortSignal,
): Promise<Outcome> {
  const over = new AbortController();
  const settled = promise.then((): Outcome => ({ status: "done" }), (reason): Outcome => ({ status: "failed", reason }));
  if (cut.aborted) return { status: "cut" };
  const aborted = new Promise<Outcome>((resolve) => {
    cut.addEventListener("abort", () => resolve({ status: "cut" }), { signal: over.signal });
  });
  const waits = [settled, aborted];
  if (limitMs !== "infinity") {
    waits.push(delay(clock, limitMs, over.signal).then((): Outcome => ({ status: "late" }), (): Outcome => ({ status: "late" })));
  }
  const outcome = await Promise.race(waits);
  over.abort();
  return outcome;
}

/** The same as a step of a task. */
export function* outcomeOf(...[promise, limitMs, clock, cut]: Parameters<typeof within>): Steps<Outcome> {
  const found: { outcome?: Outcome } = {};
  yield within(promise, limitMs, clock, cut).then((outcome) => found.outcome = outcome);
  return found.outcome ?? { status: "cut" };
}
