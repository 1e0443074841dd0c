/**
 * What is asked how it is, and what it answers. Every check is one of these, whatever it looks at.
 *
 * @module
 */

/** How something is: `warn` works, and not as it should. */
export type CheckStatus = "pass" | "warn" | "fail";

/** One thing that a check has seen, in the terms of health+json (draft-inadarei-api-health-check-05, section 4). */
export interface Reading {
  /** What was looked at, such as `mysql` or `asr-http`; without a colon. */
  readonly component: string;
  /** What of it was measured, such as `responseTime`. */
  readonly measurement: string;
  readonly type: "component" | "datastore" | "system";
  readonly status: CheckStatus;
  readonly value?: number | string;
  /** Unit of a number. */
  readonly unit?: string;
  /** Why it is not `pass`, and what would help. Never a secret. */
  readonly output?: string;
}

/** Something that can be asked how it is. */
export interface HealthCheck {
  /** Unique among the checks. */
  readonly id: string;
  /** What it is a part of, in the answer of `/health/detailed`; several checks may be of one. */
  readonly service: string;
  /** Whether nothing goes without it. What is optional makes the whole degraded at worst. */
  readonly required: boolean;
  /** Milliseconds between two askings, where they are not the usual ones. */
  readonly intervalMs?: number;
  /** Looks. What it throws is a failure of all that it looks at; when `signal` aborts, nobody waits for it any more. */
  run(signal: AbortSignal): readonly Reading[] | Promise<readonly Reading[]>;
}

/** Which of some statuses is the worst; `pass` of none. */
export function worst(statuses: Iterable<CheckStatus>): CheckStatus {
  let found: CheckStatus = "pass";
  for (const status of statuses) if (SEVERITY[status] > SEVERITY[found]) found = status;
  return found;
}

/** How bad each status is. */
export const SEVERITY: Readonly<Record<CheckStatus, number>> = { pass: 0, warn: 1, fail: 2 };

/** A status of a number that should be low. Limits that are 0 do not hold. */
export function highIsBad(value: number, warnAt: number, failAt = 0): CheckStatus {
  if (failAt > 0 && value >= failAt) return "fail";
  return warnAt > 0 && value >= warnAt ? "warn" : "pass";
}
