/**
 * Errors of the virtual device.
 *
 * @module
 */

import { AppError, type AppErrorOptions } from "../../base/errors.ts";

/** The device could not do what it was asked to. */
export class DeviceError extends AppError {
  constructor(message: string, options: AppErrorOptions) {
    super(message, options);
  }
}
