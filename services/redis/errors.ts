/**
 * Errors of Redis.
 *
 * @module
 */

import { AppError, messageOf } from "../../base/errors.ts";

/** Why Redis failed. */
export type RedisErrorCode =
  /** It cannot be reached, or did not answer in time: what was asked may have been done or not. */
  | "redis_unreachable"
  /** It answered that it will not do this. */
  | "redis_refused";

/** A failure of Redis. */
export class RedisError extends AppError {
  /** Which failure; {@link AppError.code} holds the same word. */
  declare readonly code: RedisErrorCode;

  constructor(message: string, code: RedisErrorCode, cause?: unknown) {
    super(message, { code, retryable: code === "redis_unreachable", cause });
  }
}

/**
 * Turns what the client throws into a {@link RedisError}. What Redis itself answered is a `ReplyError` there; its text is Redis's own and
 * holds no password.
 *
 * @param action What was being done, such as `read from Redis`.
 */
export function redisError(thrown: unknown, action: string): RedisError {
  if (thrown instanceof RedisError) return thrown;
  const refused = thrown instanceof Error && thrown.name === "ReplyError" && !/^(LOADING|BUSY|READONLY|MASTERDOWN)\b/.test(thrown.message);
  return new RedisError(`Cannot ${action}: ${messageOf(thrown)}`, refused ? "redis_refused" : "redis_unreachable", thrown);
}
