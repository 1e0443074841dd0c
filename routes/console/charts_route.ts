/**
 * `/api/console/charts`: the state charts of this version, with the places of their states and arrows.
 *
 * @module
 */

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { ChartLibrary } from "../../services/charts/library.ts";
import { type Api, noQuery, OWNER, problems } from "../api/operation.ts";
import { notFound } from "../api/problem.ts";

const tags = ["Devices"];

/** Ids of machines: names of programs, no longer than the longest by far. */
const MACHINE_ID = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

const summary = z.strictObject({
  id: z.string().meta({ description: "Id of the machine, as in recordings" }),
  hash: z.string().meta({ description: "The same for the same states and transitions; the header of a recording names it" }),
}).meta({ id: "ChartSummary", description: "A state chart" });

const list = createRoute({
  method: "get",
  path: "/api/console/charts",
  operationId: "listCharts",
  tags,
  security: OWNER,
  summary: "The state charts of this version",
  request: { query: noQuery },
  responses: {
    200: {
      description: "All of them",
      content: {
        "application/json": {
          schema: z.strictObject({ items: z.array(summary) }),
          example: { items: [{ id: "device", hash: "26c476cf8e6fa9f8" }] },
        },
      },
    },
    ...problems(),
  },
});

const get = createRoute({
  method: "get",
  path: "/api/console/charts/{machine}",
  operationId: "getChart",
  tags,
  security: OWNER,
  summary: "A state chart with its layout, in pixels",
  request: {
    params: z.strictObject({
      machine: z.string().regex(MACHINE_ID, "expected the id of a machine, such as device").meta({
        description: "Id of the machine",
        param: { example: "device" },
      }),
    }),
    query: noQuery,
  },
  responses: {
    200: {
      description: "States, transitions, and where they are drawn",
      content: {
        "application/json": {
          schema: z.looseObject({ id: z.string(), hash: z.string(), nodes: z.array(z.unknown()), edges: z.array(z.unknown()) }),
          example: { id: "device", hash: "26c476cf8e6fa9f8", nodes: [], edges: [], layout: { width: 0, height: 0, nodes: {}, edges: [] } },
        },
      },
    },
    304: { description: "It is the one that If-None-Match names" },
    ...problems(404),
  },
});

const definition = createRoute({
  method: "get",
  path: "/api/console/charts/{machine}/definition",
  operationId: "getDefinition",
  tags,
  security: OWNER,
  summary: "XState's own definition of a machine that recordings are made of, for inspectors that take it",
  request: { params: get.request.params, query: noQuery },
  responses: {
    200: {
      description: "The definition",
      content: { "application/json": { schema: z.looseObject({ id: z.string() }), example: { id: "device", key: "device", states: {} } } },
    },
    ...problems(404),
  },
});

/** Adds the operations. `definitions` are those of machines that recordings are made of, as JSON text, by their id. */
export function addCharts(api: Api, charts: ChartLibrary, definitions: ReadonlyMap<string, () => string>): void {
  api.openapi(list, async (c) => c.json({ items: [...(await charts()).values()].map(({ id, hash }) => ({ id, hash })) }, 200));
  api.openapi(get, async (c) => {
    const { machine } = c.req.valid("param");
    const chart = (await charts()).get(machine);
    if (chart === undefined) throw notFound("chart", machine);
    const headers = { etag: chart.etag, "cache-control": "private, no-cache" };
    if (c.req.header("if-none-match") === chart.etag) return c.body(null, 304, headers);
    return new Response(chart.text, { headers: { ...headers, "content-type": "application/json" } }) as never;
  });
  api.openapi(definition, (c) => {
    const { machine } = c.req.valid("param");
    const text = definitions.get(machine)?.();
    if (text === undefined) throw notFound("chart", machine);
    return new Response(text, { headers: { "content-type": "application/json" } }) as never;
  });
}
