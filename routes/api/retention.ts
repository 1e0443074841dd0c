/**
 * `/api/devices/{id}/retention`: for how long the turns of a device are kept.
 *
 * @module
 */

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { LifeCycle } from "./deps.ts";
import { jsonBody } from "./json_body.ts";
import { type Api, noQuery, OWNER, problems } from "./operation.ts";
import { deviceId } from "./parameters.ts";
import { notFound } from "./problem.ts";
import { retentionSchema } from "./schemas.ts";

/** Room for the one number that it holds. */
const MAX_BODY_BYTES = 1024;
/** As many days as history.retentionDays takes. */
const MAX_DAYS = 10_000;

const put = createRoute({
  method: "put",
  path: "/api/devices/{id}/retention",
  operationId: "setRetention",
  tags: ["Devices"],
  security: OWNER,
  summary: "Sets for how many days turns and audio of a device are kept; older ones are erased within the hour",
  middleware: jsonBody(MAX_BODY_BYTES),
  request: {
    params: z.strictObject({ id: deviceId }),
    query: noQuery,
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z.strictObject({
            days: z.int().min(0).max(MAX_DAYS).nullable().meta({
              description: "0 keeps them for ever; null leaves it to history.retentionDays",
            }),
          }),
          example: { days: 30 },
        },
      },
    },
  },
  responses: {
    200: {
      description: "What holds now",
      content: { "application/json": { schema: retentionSchema, example: { days: 30, source: "device" } } },
    },
    ...problems(404, 413, 415, 422, 503),
  },
});

/** Adds the operation. */
export function addRetention(api: Api, { registry, retentionDays }: LifeCycle): void {
  api.openapi(put, async (c) => {
    const { id } = c.req.valid("param");
    const days = c.req.valid("json").days ?? undefined;
    if (!await registry.setRetention(id, days)) throw notFound("device", id);
    return c.json(retentionOf(days, retentionDays), 200);
  });
}

/** For how long turns are kept, and who says so. */
export function retentionOf(own: number | undefined, defaultDays: number): z.infer<typeof retentionSchema> {
  return own === undefined ? { days: defaultDays, source: "default" } : { days: own, source: "device" };
}
