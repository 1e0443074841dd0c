/**
 * What goes wrong in supervision itself.
 *
 * @module
 */

import { AppError, messageOf } from "../../base/errors.ts";

/** A supervisor gave up. Retryable, where the same start may go well another time. */
export class SupervisionError extends AppError {}

/** What a supervisor that gave up fails with. */
export function gaveUp(path: string, child: string, cause: unknown, hopeless: boolean): SupervisionError {
  const what = hopeless
    ? `cannot be started: ${messageOf(cause)}`
    : `failed more often than supervisor "${path}" allows: ${messageOf(cause)}`;
  return new SupervisionError(`Child "${child}" ${what}`, {
    code: hopeless ? "start_failed" : "too_many_restarts",
    retryable: !hopeless,
    cause,
  });
}

/** A child was not ready in time. */
export function startTimeout(child: string, limitMs: number | "infinity"): AppError {
  return new AppError(`Child "${child}" was not ready within ${limitMs} ms`, { code: "start_timeout", retryable: true });
}

/** Whether a start that failed like this would fail again. */
export function isHopeless(reason: unknown): boolean {
  return reason instanceof AppError && !reason.retryable;
}

/** What was at the bottom of it: the first failure that led to an escalation. */
export function rootCause(error: unknown): unknown {
  let cause = error;
  while (cause instanceof SupervisionError && cause.cause !== undefined) cause = cause.cause;
  return cause;
}
