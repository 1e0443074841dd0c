/**
 * Error answers of the API: problem+json (RFC 9457).
 *
 * @module
 */

/** What an error answer says. */
export interface Problem {
  readonly status: number;
  /** What went wrong, the same for every occurrence. */
  readonly title: string;
  /** What went wrong here and what would be right. */
  readonly detail?: string;
  /** A stable word for programs. */
  readonly code: string;
}

/** The answer for a problem. */
export function problemResponse(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify({ type: "about:blank", ...problem }) + "\n", {
    status: problem.status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...headers },
  });
}
