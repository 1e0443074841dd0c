/**
 * JSON bodies of bounded length, and nothing that a form of another site could send.
 *
 * @module
 */

import type { MiddlewareHandler } from "hono";
import { AppError } from "../../base/errors.ts";
import { readBounded } from "../bounded_body.ts";
import { ApiProblem, cutOff } from "./problem.ts";

/** Middleware that reads the body as JSON text before it is validated, and refuses it with 400, 413 or 415. */
export function jsonBody(maxBytes: number): MiddlewareHandler {
  return async (c, next) => {
    // Pages of other sites cannot send this type without asking first.
    if (!/^application\/json\s*(?:;|$)/i.test(c.req.header("content-type") ?? "")) {
      throw new ApiProblem({
        status: 415,
        code: "not_json",
        title: "The body must be JSON",
        detail: "Send content-type: application/json",
      });
    }
    const text = await readBounded(c.req.raw, maxBytes).catch((error) => {
      throw error instanceof AppError ? error : cutOff();
    });
    try {
      JSON.parse(text);
    } catch {
      throw new ApiProblem({ status: 400, code: "malformed_json", title: "The body is no JSON" });
    }
    const { method, url, headers, signal } = c.req.raw;
    const again = new Headers(headers);
    again.set("content-type", "application/json");
    c.req.raw = new Request(url, { method, headers: again, body: text, signal });
    await next();
  };
}
