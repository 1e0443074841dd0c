/**
 * Everything below `/api`: the owner's programs and pages see, change, erase, take out and bring back what was said.
 *
 * @module
 */

import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import type { AppEnv } from "../app_env.ts";
import { API_HEADERS } from "../page/security.ts";
import { problemResponse } from "../problem.ts";
import { addAlerts } from "./alerts.ts";
import { addAudio } from "./audio.ts";
import { addConfig } from "./config.ts";
import type { ApiDeps } from "./deps.ts";
import { addDevices } from "./devices.ts";
import { addExchange } from "./exchange.ts";
import { addLatency } from "./latency.ts";
import { type Api, noQuery, OWNER, problems } from "./operation.ts";
import { answerFor, invalid } from "./problem.ts";
import { addRetention } from "./retention.ts";
import { addSay } from "./say.ts";
import { addSessions } from "./sessions.ts";
import { addStatus } from "./status.ts";
import { addTurns } from "./turns.ts";

/** Methods of requests that have no body; one that came would be something that the caller meant and nobody reads. */
const BODILESS: ReadonlySet<string> = new Set(["GET", "HEAD", "DELETE"]);

const document = createRoute({
  method: "get",
  path: "/api/openapi.json",
  operationId: "getDocument",
  tags: ["Server"],
  security: OWNER,
  summary: "This document",
  request: { query: noQuery },
  responses: {
    200: {
      description: "OpenAPI 3.1",
      content: { "application/json": { schema: z.record(z.string(), z.unknown()), example: { openapi: "3.1.0" } } },
    },
    ...problems(),
  },
});

/** Makes the API. What is below `/api` and not in it is answered with 404, a wrong method with 405. */
export function createApi(deps: ApiDeps): Api {
  const api: Api = new OpenAPIHono<AppEnv>({
    defaultHook: (result) => result.success ? undefined : invalid(result.target, result.error),
  });
  api.onError((error, c) => answerFor(error) ?? deps.failed(error, c.req.raw));
  api.use("/api/*", async (c, next) => {
    const refusal = deps.refusal(c);
    if (refusal !== undefined) return refusal;
    if (BODILESS.has(c.req.method) && hasBody(c.req.raw.headers)) {
      return problemResponse({ status: 400, code: "unexpected_body", title: `${c.req.method} takes no body` }, API_HEADERS);
    }
    await next();
    for (const [name, value] of Object.entries(API_HEADERS)) c.res.headers.set(name, value);
    if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
    return undefined;
  });

  deps.addConsole?.(api);
  addStatus(api, deps);
  addSay(api, deps);
  if (deps.live !== undefined) addConfig(api, deps.live);
  addAlerts(api, deps);
  if (deps.lifeCycle !== undefined) {
    addDevices(api, deps, deps.lifeCycle);
    addLatency(api, deps.lifeCycle);
    addRetention(api, deps.lifeCycle);
    addSessions(api, deps.lifeCycle);
    addTurns(api, deps.lifeCycle);
    addAudio(api, deps.lifeCycle);
    addExchange(api, deps, deps.lifeCycle);
  }
  let written: Record<string, unknown> | undefined;
  api.openapi(document, (c) => c.json(written ??= describe(api, deps), 200));
  refuseTheRest(api);
  return api;
}

/** Whether a body comes with a request: Deno gives one to every DELETE, so only the headers tell. */
function hasBody(headers: Headers): boolean {
  return headers.has("transfer-encoding") || Number(headers.get("content-length") ?? 0) > 0;
}

function describe(api: Api, { version }: ApiDeps): Record<string, unknown> {
  api.openAPIRegistry.registerComponent("securitySchemes", "ownerPassword", {
    type: "http",
    scheme: "basic",
    description: "The owner's password, with any user name. A request from the server's own machine needs none.",
  });
  const document = api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "xiaozhi actor runtime",
      version,
      description:
        "Devices and the chat history. Times are Unix milliseconds. Every error is application/problem+json. What changes something is " +
        "refused to pages of other sites.",
      license: { name: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: ["Devices", "Sessions", "Turns", "Export and import", "Configuration", "Server"].map((name) => ({ name })),
  });
  return { ...document };
}

/** Answers other methods of known addresses with 405, and unknown addresses with 404. */
function refuseTheRest(api: Api): void {
  const methods = new Map<string, string[]>();
  for (const { method, path } of api.routes) {
    if (method !== "ALL") methods.set(path, [...new Set([...methods.get(path) ?? [], method, ...(method === "GET" ? ["HEAD"] : [])])]);
  }
  for (const [path, allowed] of methods) {
    const allow = allowed.join(", ");
    api.all(path, (c) => {
      const detail = `${c.req.method} is not one of ${allow}`;
      return problemResponse({ status: 405, code: "method_not_allowed", title: "This address takes other methods", detail }, {
        allow,
        ...API_HEADERS,
      });
    });
  }
  api.all("/api/*", (c) => {
    const detail = `Nothing is at ${c.req.method} ${c.req.path}; GET /api/openapi.json lists what there is`;
    return problemResponse({ status: 404, code: "not_found", title: "Not found", detail }, API_HEADERS);
  });
}
