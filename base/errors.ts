/**
 * The shape of every error that this project throws on purpose.
 *
 * @module
 */

/** What an {@link AppError} carries beyond its message. */
export interface AppErrorOptions {
  /** A stable word for programs, such as `asr_timeout`. */
  readonly code: string;
  /** Whether the same call may succeed when made again; false by default. */
  readonly retryable?: boolean;
  /** What led to this error. */
  readonly cause?: unknown;
}

/**
 * Base of all typed errors. The message begins with a capital, has no full stop, and says what failed, the value, and what would be
 * right.
 */
export class AppError extends Error {
  /** A stable word for programs. */
  readonly code: string;
  /** Whether the same call may succeed when made again. */
  readonly retryable: boolean;

  constructor(message: string, options: AppErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.retryable = options.retryable ?? false;
  }
}

/** The text of anything that was thrown, for a log line or a record. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
