/**
 * `/api/console/feed`: the fleet, live.
 *
 * @module
 */

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import { type Api, noQuery, OWNER, problems } from "../api/operation.ts";
import { crossSiteProblem } from "../api/same_origin.ts";
import type { AppEnv } from "../app_env.ts";
import type { Context } from "hono";
import { feedStream } from "./feed.ts";
import type { Fleet } from "./fleet.ts";
import { FEED_HEADERS, Viewers } from "./viewers.ts";

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
  const viewers = new Viewers();
  api.openapi(get, (c) => {
    // Nothing is told to such a page, but it could keep the server busy.
    if (crossSite(c)) return crossSiteProblem();
    const { left } = viewers.enter(fleet.closing);
    return new Response(feedStream({ clock, fleet, allowed: allowed(c), ended: left }), { headers: FEED_HEADERS });
  });
}
