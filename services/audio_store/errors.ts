/**
 * Errors of audio stores.
 *
 * @module
 */

import { AppError } from "../../base/errors.ts";

/** Why an audio store failed. */
export type AudioStoreErrorCode =
  /** A path that no turn has. */
  | "audio_bad_path"
  /** The store cannot be reached, does not answer in time, or is busy; the same call may succeed later. */
  | "audio_unreachable"
  /** The store does not know the key, the bucket, or denies the access. */
  | "audio_refused"
  /** No room left; the same call may succeed once there is. */
  | "audio_full"
  /** Anything else the store said. */
  | "audio_failed";

/** A failure of an audio store. */
export class AudioStoreError extends AppError {
  /** Which failure; {@link AppError.code} holds the same word. */
  declare readonly code: AudioStoreErrorCode;

  constructor(message: string, code: AudioStoreErrorCode, cause?: unknown) {
    super(message, { code, retryable: code === "audio_unreachable" || code === "audio_full", cause });
  }
}
