/**
 * `/api/devices/{id}/latency`: what is usual for the turns of a device.
 *
 * @module
 */

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { latencyOf } from "../../services/timeline/latency.ts";
import { STAGE_NAMES } from "../../services/timeline/timeline.ts";
import type { LifeCycle } from "./deps.ts";
import { turnShape } from "../../services/exchange/line.ts";
import { type Api, OWNER, problems } from "./operation.ts";
import { deviceId } from "./parameters.ts";
import { notFound } from "./problem.ts";

/** Turns that are looked at unless told: enough for a P95, and read in two milliseconds; see docs/measurements.md. */
const DEFAULT_TURNS = 100;
/** Most turns: they are read in one go on the main thread, where a thousand take tens of milliseconds out of a large file. */
const MAX_TURNS = 200;

const spread = z.strictObject({
  count: z.int().meta({ description: "Turns in which it is known; with fewer than 20 of them P95 is the longest" }),
  p50Ms: z.number(),
  p95Ms: z.number(),
}).meta({ id: "Spread", description: "Half of the turns took no longer than p50Ms, and 95 of 100 no longer than p95Ms" });

/** What is usual for the turns of a device. */
export const latencySchema = z.strictObject({
  turns: z.int().meta({ description: "Turns that were looked at" }),
  response: spread.optional().meta({ description: "From the end of speech, or the start of the turn, to the first frame" }),
  audible: spread.optional().meta({ description: "From the same instant to the first sound" }),
  stages: z.strictObject(Object.fromEntries(STAGE_NAMES.map((name) => [name, spread.optional()])) as StageShape).meta({
    description: "The stages of docs/observability.md; one that none of the turns has is absent",
  }),
}).meta({ id: "DeviceLatency", description: "What is usual for the turns of a device, milliseconds" });

type StageShape = Record<typeof STAGE_NAMES[number], z.ZodOptional<typeof spread>>;

const get = createRoute({
  method: "get",
  path: "/api/devices/{id}/latency",
  operationId: "getLatency",
  tags: ["Devices"],
  security: OWNER,
  summary: "How long the stages of a device's latest turns took",
  request: {
    params: z.strictObject({ id: deviceId }),
    query: z.strictObject({
      turns: z.string().regex(/^\d{1,3}$/, `expected a number from 1 to ${MAX_TURNS}`).transform(Number).pipe(z.int().min(1).max(MAX_TURNS))
        .optional()
        .meta({
          description: "How many turns to look at, the latest ones",
          type: "integer",
          minimum: 1,
          maximum: MAX_TURNS,
          default: DEFAULT_TURNS,
          param: { example: 100 },
        }),
      source: turnShape.source.optional().meta({ description: "Only those of them that were asked for so" }),
    }),
  },
  responses: {
    200: {
      description: "What is usual",
      content: {
        "application/json": {
          schema: latencySchema,
          example: {
            turns: 98,
            response: { count: 96, p50Ms: 812, p95Ms: 1430 },
            stages: { vad_silence: { count: 96, p50Ms: 520, p95Ms: 560 }, asr_final: { count: 96, p50Ms: 180, p95Ms: 420 } },
          },
        },
      },
    },
    ...problems(404, 503),
  },
});

/** Adds the operation. */
export function addLatency(api: Api, { archive, registry }: LifeCycle): void {
  api.openapi(get, async (c) => {
    const { id } = c.req.valid("param");
    const { turns = DEFAULT_TURNS, source } = c.req.valid("query");
    const { items } = await archive.turns({ deviceId: id, limit: turns });
    if (items.length === 0 && await registry.get(id) === undefined) throw notFound("device", id);
    return c.json(latencyOf(source === undefined ? items : items.filter((turn) => turn.source === source)), 200);
  });
}
