/**
 * The errors of voice activity detection.
 *
 * @module
 */

import { AppError, type AppErrorOptions } from "../../base/errors.ts";

/** What can be wrong with a VAD engine, as a stable word for programs. */
export type VadErrorCode =
  /** The model file or the runtime that runs it is not installed, or cannot be read. */
  | "vad_not_installed"
  /** The model file or the runtime is not the one that was measured and pinned. */
  | "vad_wrong_version"
  /** The engine ended unexpectedly; a newly opened stream gets a new one. */
  | "vad_crashed"
  /** Samples came faster than the engine works them off. */
  | "vad_overloaded"
  /** Use of an engine after it was disposed of. */
  | "vad_closed";

/** A VAD engine that cannot start, or cannot go on. */
export class VadError extends AppError {
  constructor(message: string, options: AppErrorOptions & { readonly code: VadErrorCode }) {
    super(message, options);
  }
}
