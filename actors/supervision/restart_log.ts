/**
 * What crashed, when, and why: kept for health, metrics and people.
 *
 * @module
 */

import { AppError, messageOf } from "../../base/errors.ts";

/** Failures whose details are kept: enough to see what led to an escalation through two levels. */
const MAX_RECENT = 100;

/** Kinds of child, and of reason per kind, that are counted apart; the rest counts as `other`, so that labels stay bounded. */
const MAX_LABELS = 100;

/** What followed a failure. */
export type AfterFailure =
  /** The child is started again. */
  | "restart"
  /** It is not started again, as its specification says. */
  | "left"
  /** The supervisor gave up. */
  | "escalate";

/** One failure of a child. */
export interface FailureRecord {
  /** Unix milliseconds. */
  readonly at: number;
  /** Ids from the top to the child, joined by `/`; many of a sort share the name of that sort. */
  readonly path: string;
  /** A word of a bounded set: see {@link reasonOf}. */
  readonly reason: string;
  readonly message: string;
  /** Where it was thrown; absent for what is no error. */
  readonly stack?: string;
  readonly then: AfterFailure;
  /** Milliseconds until the restart; absent where there is none. */
  readonly delayMs?: number;
}

/** How often a kind of child has failed for a reason. */
export interface FailureTotal {
  readonly path: string;
  readonly reason: string;
  /** Failures. */
  readonly count: number;
  /** Those that were followed by a restart. */
  readonly restarts: number;
}

/** The failures of a whole tree. */
export class RestartLog {
  readonly #recent: FailureRecord[] = [];
  readonly #totals = new Map<string, Map<string, { count: number; restarts: number }>>();
  #listener: (record: FailureRecord) => void = () => {};

  /** Notes a failure. */
  add(record: FailureRecord): void {
    this.#recent.push(record);
    if (this.#recent.length > MAX_RECENT) this.#recent.shift();
    const reasons = bounded(this.#totals, record.path, () => new Map<string, { count: number; restarts: number }>());
    const total = bounded(reasons, record.reason, () => ({ count: 0, restarts: 0 }));
    total.count++;
    if (record.then === "restart") total.restarts++;
    this.#listener(record);
  }

  /** Has `listener`, which must not throw, hear of each failure from now on; the last one set hears. */
  onFailure(listener: (record: FailureRecord) => void): void {
    this.#listener = listener;
  }

  /** The latest failures, oldest first. */
  recent(): readonly FailureRecord[] {
    return [...this.#recent];
  }

  /** All failures, counted by child and reason. */
  totals(): readonly FailureTotal[] {
    return [...this.#totals].flatMap(([path, reasons]) => [...reasons].map(([reason, total]) => ({ path, reason, ...total })));
  }
}

/** A word for why a child failed: the code of an {@link AppError}, the name of another error, `ended` where it just ended. */
export function reasonOf(thrown: unknown): string {
  if (thrown === undefined) return "ended";
  if (thrown instanceof AppError) return thrown.code;
  return thrown instanceof Error ? thrown.name : "thrown";
}

/** What of a failure is worth keeping. */
export function describeFailure(thrown: unknown): Pick<FailureRecord, "reason" | "message" | "stack"> {
  const message = thrown === undefined ? "It ended by itself" : messageOf(thrown);
  const stack = thrown instanceof Error ? thrown.stack : undefined;
  return { reason: reasonOf(thrown), message, ...(stack === undefined ? {} : { stack }) };
}

function bounded<T>(map: Map<string, T>, key: string, make: () => T): T {
  const name = map.has(key) || map.size < MAX_LABELS ? key : "other";
  let value = map.get(name);
  if (value === undefined) map.set(name, value = make());
  return value;
}
