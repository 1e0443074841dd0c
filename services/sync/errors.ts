/**
 * Errors of the sync daemon.
 *
 * @module
 */

import { AppError } from "../../base/errors.ts";

/** Why a source could not be synced. */
export type SyncErrorCode =
  /** The checkpoint of the source is not one that it wrote. */
  | "sync_bad_checkpoint"
  /** The source answered something that is no history. */
  | "sync_bad_source"
  /** Reading and applying took longer than a reading may. */
  | "sync_timeout"
  /** The lease went over to another node, or ran out, while a reading was under way. */
  | "sync_not_leader";

/** A failure of the sync daemon. */
export class SyncError extends AppError {
  constructor(message: string, code: SyncErrorCode, cause?: unknown) {
    super(message, { code, retryable: code !== "sync_bad_checkpoint", cause });
  }
}
