/**
 * Errors of the delivery.
 *
 * @module
 */

import { AppError, messageOf } from "../../base/errors.ts";

/** The archive refuses everything for good: what fails is the archive, not a turn. */
export class ArchiveRefusesError extends AppError {
  constructor(cause: unknown) {
    super(`The archive takes no turn: ${messageOf(cause)}`, { code: "archive_refuses", cause });
  }
}

/** Whether the same call may succeed later. */
export function isPassing(error: unknown): boolean {
  return error instanceof AppError && error.retryable;
}
