/**
 * Structured logging with LogTape.
 *
 * @module
 */

export { configureLogging, createLogger, type LoggingOptions, ROOT_CATEGORY } from "./logging.ts";
export { REDACTED } from "./redaction.ts";
