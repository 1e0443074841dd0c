/**
 * What is wrong with a message that cannot be used.
 *
 * @module
 */

import { AppError } from "../base/errors.ts";

/** The reasons for which a message, frame or parameter is refused. */
export type ProtocolErrorCode =
  | "text_too_large"
  | "invalid_json"
  | "nested_too_deep"
  | "not_an_object"
  | "missing_type"
  | "invalid_message"
  | "invalid_mcp"
  | "frame_empty"
  | "frame_truncated"
  | "frame_too_large"
  | "unsupported_sample_rate"
  | "unsupported_frame_duration";

/**
 * A message or frame that breaks the protocol. Its text never quotes free text of the message, which may be something a person said.
 */
export class ProtocolError extends AppError {
  declare readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, message: string) {
    super(message, { code });
  }
}

/** What a parser returns: parsers never throw. */
export type Parsed<T> = { readonly ok: true; readonly message: T } | { readonly ok: false; readonly error: ProtocolError };

/** A refusal, as parsers return it. */
export function refused(code: ProtocolErrorCode, message: string): { readonly ok: false; readonly error: ProtocolError } {
  return { ok: false, error: new ProtocolError(code, message) };
}
