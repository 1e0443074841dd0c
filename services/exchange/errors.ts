/**
 * Errors of imports.
 *
 * @module
 */

import { AppError } from "../../base/errors.ts";

/** Why a whole file was refused, before anything of it was applied. */
export type ImportErrorCode =
  /** More bytes than an import may have. */
  | "import_too_large"
  /** No ZIP file, a damaged one, or one that is not as an export is. */
  | "import_bad_zip";

/** A file that cannot be imported. Bad lines of a good file are no error: see `ImportReport`. */
export class ImportError extends AppError {
  /** Why; {@link AppError.code} holds the same word. */
  declare readonly code: ImportErrorCode;

  constructor(message: string, code: ImportErrorCode, cause?: unknown) {
    super(message, { code, cause });
  }
}
