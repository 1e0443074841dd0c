/**
 * Structured logging with LogTape.
 *
 * @module
 */

export { configureLogging, createLogger, type Logging, type LoggingOptions, ROOT_CATEGORY } from "./logging.ts";
export { type LogIds, withLogIds } from "./context.ts";
export { REDACTED } from "./redaction.ts";
