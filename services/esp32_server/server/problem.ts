/**
 * Errors of the served contract as problem+json (RFC 9457).
 *
 * @module
 */

import { AppError, messageOf } from "../../../base/errors.ts";
import { StageError, type StageFault } from "../errors.ts";

/** An error of a request, with its HTTP status. */
export class RequestError extends AppError {
  /** HTTP status. */
  readonly status: number;

  constructor(status: number, code: string, message: string, cause?: unknown) {
    super(message, { code, cause });
    this.status = status;
  }
}

const STATUS: Readonly<Record<StageFault, number>> = {
  timeout: 504,
  unavailable: 503,
  busy: 429,
  unauthorized: 502,
  rejected: 400,
  bad_answer: 502,
  bad_audio: 502,
  cut_off: 502,
  too_large: 413,
  failed: 500,
};

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Unauthorized",
  404: "Not found",
  413: "Too large",
  415: "Unsupported media type",
  429: "Too many requests",
  500: "Stage failed",
  502: "Bad answer from a server behind this one",
  503: "Unavailable",
  504: "Timeout",
};

/** The answer for anything thrown. What is no error of ours says nothing of its inside. */
export function problemResponse(thrown: unknown): Response {
  const body = problemBody(thrown);
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  if (body.status === 401) headers["www-authenticate"] = "Bearer";
  return new Response(JSON.stringify(body), { status: body.status, headers });
}

/** The body of {@link problemResponse}. */
export function problemBody(
  thrown: unknown,
): { readonly title: string; readonly status: number; readonly code: string; readonly detail: string } {
  const known = thrown instanceof AppError;
  const status = thrown instanceof RequestError ? thrown.status : thrown instanceof StageError ? STATUS[thrown.fault] : 500;
  return {
    title: TITLES[status] ?? "Error",
    status,
    code: known ? thrown.code : "internal_error",
    detail: known ? messageOf(thrown) : "The request failed inside the server; its log says why",
  };
}
