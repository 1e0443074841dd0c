/**
 * Errors of the load tool.
 *
 * @module
 */

import { AppError, type AppErrorOptions } from "../../base/errors.ts";

/** The load tool could not do what it was asked to. */
export class LoadError extends AppError {
  constructor(message: string, options: AppErrorOptions) {
    super(message, options);
  }
}
