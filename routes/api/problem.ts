/**
 * What goes wrong below `/api`, as problem+json.
 *
 * @module
 */

import { z } from "zod";
import { AppError } from "../../base/errors.ts";
import { API_HEADERS } from "../page/security.ts";
import { type Problem, problemResponse } from "../problem.ts";

/** Seconds after which a request may succeed that found a store away: its back-off is of this order. */
const RETRY_AFTER_S = 5;

/** A problem that a handler throws. */
export class ApiProblem extends AppError {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.title, { code: problem.code });
    this.problem = problem;
  }
}

/** The problem of a body that broke off: whoever sent it has gone, and nothing failed here. */
export function cutOff(): ApiProblem {
  return new ApiProblem({ status: 400, code: "body_cut_off", title: "The body broke off" });
}

/** Codes of errors that say what was wrong with a request, and the answer to each. */
const REQUEST_ERRORS: Readonly<Record<string, Pick<Problem, "status" | "title">>> = {
  bad_cursor: { status: 400, title: "The cursor is not one that this list gave" },
  body_too_large: { status: 413, title: "The body is too long" },
  config_invalid: { status: 422, title: "The configuration would be wrong; nothing was changed" },
  openai_incomplete: { status: 422, title: "The configuration would be wrong; nothing was changed" },
  config_changed: { status: 409, title: "Somebody changed the configuration meanwhile; nothing was changed now" },
  change_unknown: { status: 404, title: "There is no such change" },
  config_log_unwritable: { status: 503, title: "The change cannot be recorded; nothing was changed" },
  import_too_large: { status: 413, title: "The file is too long" },
  import_bad_zip: { status: 422, title: "The ZIP file is not as an export is" },
};

/** The answer for an error, where it is one to tell; undefined for one that is for the log alone. */
export function answerFor(error: unknown): Response | undefined {
  if (error instanceof ApiProblem) return problemResponse(error.problem, API_HEADERS);
  if (!(error instanceof AppError)) return undefined;
  const known = REQUEST_ERRORS[error.code];
  if (known !== undefined) return problemResponse({ ...known, code: error.code, detail: error.message }, API_HEADERS);
  if (!error.retryable) return undefined;
  const title = "A store that this needs does not answer now; try again";
  // The message may name hosts and files, which are for the log.
  return problemResponse({ status: 503, code: error.code, title }, { "retry-after": String(RETRY_AFTER_S), ...API_HEADERS });
}

/** The answer for a part of a request that is not as its schema says. */
export function invalid(target: string, error: z.core.$ZodError): Response {
  const detail = z.prettifyError(error);
  const body = { status: 422, code: "invalid_body", title: "The body is not as it should be", detail };
  const query = { status: 400, code: "invalid_query", title: "The query is not as it should be", detail };
  const path = { status: 400, code: "invalid_path", title: "The address is not as it should be", detail };
  return problemResponse(target === "json" ? body : target === "query" ? query : path, API_HEADERS);
}

/** The problem of something that is not there. */
export function notFound(what: "device" | "session" | "turn" | "audio" | "alert" | "chart", id: string): ApiProblem {
  const article = what === "audio" ? "audio" : what === "alert" ? "an alert" : `a ${what}`;
  return new ApiProblem({
    status: 404,
    code: `${what}_not_found`,
    title: "Nothing is known of it",
    detail: `There is no ${article} '${id}'`,
  });
}
