/**
 * `/api/console/devices/{id}/records`: what a device's actor is told and does, live.
 *
 * @module
 */

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { RecorderHub } from "../../services/recorder/hub.ts";
import { type Api, noQuery, OWNER, problems } from "../api/operation.ts";
import { deviceId } from "../api/parameters.ts";
import { ApiProblem } from "../api/problem.ts";
import { crossSiteProblem } from "../api/same_origin.ts";
import type { FeedRouteDeps } from "./feed_route.ts";
import { recordsStream } from "./records_feed.ts";
import { FEED_HEADERS, Viewers } from "./viewers.ts";

const get = createRoute({
  method: "get",
  path: "/api/console/devices/{id}/records",
  operationId: "followRecording",
  tags: ["Devices"],
  security: OWNER,
  summary: "The recording of a device, as server-sent events: what is held, then what comes",
  description:
    "Each event is JSON: a header, as the first line of a recording, then records, ten times a second at most. A slow reader is " +
    "told how many records it missed.",
  request: { params: z.strictObject({ id: deviceId }), query: noQuery },
  responses: {
    200: {
      description: "Events without end",
      content: {
        "text/event-stream": {
          schema: z.string(),
          example: 'data: {"type":"records","now":1767254400000,"missed":0,"more":false,"records":[]}\n\n',
        },
      },
    },
    ...problems(404, 503),
  },
});

/** What is recorded. */
export interface Recorders {
  readonly recorders: Pick<RecorderHub, "get">;
  /** Whether a device is recorded when it connects: flag `features.recorder`. */
  readonly isOn: (deviceId: string) => boolean;
}

/** Adds the operation. */
export function addRecords(
  api: Api,
  { recorders, isOn, clock, fleet, allowed, crossSite }: FeedRouteDeps & Recorders,
): void {
  const viewers = new Viewers();
  api.openapi(get, (c) => {
    if (crossSite(c)) return crossSiteProblem();
    const { id } = c.req.valid("param");
    if (recorders.get(id) === undefined) {
      throw new ApiProblem(
        isOn(id)
          ? {
            status: 404,
            code: "recording_not_found",
            title: "Nothing is recorded of this device: it was not connected within the last hour",
          }
          : { status: 404, code: "recorder_off", title: "Nothing is recorded of this device: features.recorder is off for it" },
      );
    }
    const { closing } = fleet;
    const { left } = viewers.enter(closing);
    return new Response(recordsStream({ clock, recorders, deviceId: id, closing, allowed: allowed(c), ended: left }), {
      headers: FEED_HEADERS,
    });
  });
}
