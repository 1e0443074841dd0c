/**
 * `/api/console/feed`: the fleet, live.
 *
 * @module
 */

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import { type Api, noQuery, OWNER, problems } from "../api/operation.ts";
import { ApiProblem } from "../api/problem.ts";
import { crossSiteProblem } from "../api/same_origin.ts";
import type { AppEnv } from "../app_env.ts";
import type { Context } from "hono";
import { feedStream } from "./feed.ts";
import type { Fleet } from "./fleet.ts";

/** Consoles that are open at once: each costs a socket, and a row a device where it is slow. */
const MAX_VIEWERS = 50;

const get = createRoute({
  method: "get",
  path: "/api/console/feed",
  operationId: "getFeed",
  tags: ["Devices"],
  security: OWNER,
  summary: "The devices and what changes about them, as server-sent events",
  description: "Each event is JSON: a snapshot first, then changes, four times a second at most. A slow reader gets several as one.",
  request: { query: noQuery },
  responses: {
    200: {
      description: "Events without end",
      content: {
        "text/event-stream": { schema: z.string(), example: 'data: {"type":"snapshot","now":1767254400000,"devices":[]}\n\n' },
      },
    },
    ...problems(503),
  },
});

/** What the route needs. */
export interface FeedRouteDeps {
  readonly clock: Clock;
  readonly fleet: Fleet;
  /** Makes what tells, later on, whether whoever asks may still look. */
  readonly allowed: (c: Context<AppEnv>) => () => boolean;
  /** Whether a page of another site asked. */
  readonly crossSite: (c: Context<AppEnv>) => boolean;
}

/** Adds the operation. */
export function addFeed(api: Api, { clock, fleet, allowed, crossSite }: FeedRouteDeps): void {
  let viewers = 0;
  api.openapi(get, (c) => {
    // Nothing is told to such a page, but it could keep the server busy.
    if (crossSite(c)) return crossSiteProblem();
    if (fleet.closing.aborted) throw new ApiProblem({ status: 503, code: "draining", title: "The server is stopping" });
    if (viewers >= MAX_VIEWERS) {
      throw new ApiProblem({ status: 503, code: "too_many_viewers", title: `${MAX_VIEWERS} consoles are open; close one` });
    }
    viewers++;
    const stream = feedStream({ clock, fleet, allowed: allowed(c), ended: () => void viewers-- });
    return new Response(stream, {
      headers: { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" },
    });
  });
}
