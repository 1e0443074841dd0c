/**
 * `/api/console/overview`: the server at a glance.
 *
 * @module
 */

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { type Api, noQuery, OWNER, problems } from "../../api/operation.ts";
import type { OverviewTeller } from "./overview.ts";
import type { Overview } from "./types.ts";

const EXAMPLE: Overview = {
  now: 1_767_254_400_000,
  version: "0.1.0",
  uptimeMs: 60_000,
  alerts: { enabled: true, active: [], recent: [] },
  devices: { connected: 1, states: { listening: 1 }, turnsToday: 12, failedToday: 0 },
  tree: { id: "platform", type: "supervisor", state: "up", restarts: 0, children: [] },
  providers: [{ kind: "chat", provider: "http", breaker: "closed", served: 12, failed: 0, p50Ms: 180, p95Ms: 420 }],
  machine: { loopDelayMs: 2, rssBytes: 150_000_000, diskFreeBytes: 20_000_000_000 },
  lastHour: { devices: [1], turns: [1], failed: [0], loopDelayMs: [2], rssMib: [143] },
};

const get = createRoute({
  method: "get",
  path: "/api/console/overview",
  operationId: "getOverview",
  tags: ["Server"],
  security: OWNER,
  summary: "The server at a glance: health, budget, alerts, supervision tree, providers, what flows and what is left of the machine",
  description: "Put together once a second at most, however many ask. Its shape is the type Overview of routes/console/overview/types.ts.",
  request: { query: noQuery },
  responses: {
    200: {
      description: "The overview",
      content: {
        "application/json": {
          schema: z.looseObject({ now: z.number(), version: z.string() }).meta({ id: "Overview", description: "The server at a glance" }),
          example: EXAMPLE,
        },
      },
    },
    ...problems(503),
  },
});

/** Adds the operation. */
export function addOverview(api: Api, overview: OverviewTeller): void {
  api.openapi(get, async () => {
    const answer = new Response(await overview.tell(), { headers: { "content-type": "application/json" } });
    // The type wants an object to make JSON of; this JSON was made once for all who look.
    return answer as never;
  });
}
