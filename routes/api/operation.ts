/**
 * What all operations of the API have in common, as its document says it.
 *
 * @module
 */

import { z } from "zod";
import type { AppEnv } from "../app_env.ts";
import type { OpenAPIHono } from "@hono/zod-openapi";

/** The API as routes are added to it. */
export type Api = OpenAPIHono<AppEnv>;

/** Schema of every error answer. */
export const problemSchema = z.object({
  type: z.string().meta({ description: "Always about:blank; code tells problems apart" }),
  status: z.int().meta({ description: "The status of the answer" }),
  code: z.string().meta({ description: "A stable word for programs" }),
  title: z.string().meta({ description: "What went wrong, the same for every occurrence" }),
  detail: z.string().optional().meta({ description: "What went wrong here, and what would be right" }),
}).meta({ id: "Problem", description: "An error, after RFC 9457" });

const PROBLEMS = {
  400: ["The path, the query or the cursor is not as it should be, or a body came where none is taken", "invalid_query"],
  401: ["The request is not the owner's", "owner_anonymous"],
  403: ["A page of another site asked, or console.enabled is false", "cross_site"],
  404: ["It is not there", "turn_not_found"],
  409: ["The device does not take speech now, or the configuration was changed meanwhile", "device_busy"],
  413: ["The body is too long", "body_too_large"],
  415: ["The body is of another type than the operation takes", "not_json"],
  416: ["The range begins behind the end of the file", "range_not_satisfiable"],
  422: ["The body is not as it should be", "invalid_body"],
  429: ["Too many wrong passwords came from there; Retry-After says how long to wait", "too_many_passwords"],
  500: ["The server failed to answer; its log says why", "internal"],
  503: ["A store does not answer now; Retry-After says when to try again", "history_unreachable"],
} as const;

/** A status that {@link problems} knows. */
export type ProblemStatus = keyof typeof PROBLEMS;

/** Error answers of every operation. */
const ALWAYS: readonly ProblemStatus[] = [400, 401, 403, 429, 500];

/**
 * Error answers of an operation, besides those of every one. They are made in one place and thrown, so that the type of a handler does not
 * speak of them.
 */
// deno-lint-ignore ban-types -- see above
export function problems(...statuses: readonly ProblemStatus[]): {} {
  const all = [...new Set([...ALWAYS, ...statuses])].sort((a, b) => a - b);
  return Object.fromEntries(all.map((status) => {
    const [description, code] = PROBLEMS[status];
    const example = { type: "about:blank", status, code, title: description };
    return [status, { description, content: { "application/problem+json": { schema: problemSchema, example } } }];
  }));
}

/** Who may ask: every operation is the owner's. */
export const OWNER = [{ ownerPassword: [] }];

/** The query of operations that take none. */
export const noQuery = z.strictObject({});
