/**
 * `/api/status`: who is connected, and how many sockets there are.
 *
 * @module
 */

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { ApiDeps } from "./deps.ts";
import { type Api, noQuery, OWNER, problems } from "./operation.ts";

const count = (description: string) => z.int().meta({ description });

const statusSchema = z.strictObject({
  version: z.string(),
  draining: z.boolean().meta({ description: "Whether the server is stopping" }),
  uptimeMs: z.int(),
  sockets: z.strictObject({
    transport: z.enum(["native", "ws"]),
    opening: count("Upgrades under way"),
    open: count("Open sockets"),
    pendingClose: count("Sockets whose peer has not answered a Close yet"),
    max: count("server.maxConnections"),
  }),
  load: z.strictObject({
    overload: z.enum(["loop_delay", "memory"]).optional().meta({ description: "Why no new device is taken; absent where one is" }),
    loopDelayMs: z.number().meta({ description: "The longest standstill of the process within the last second" }),
    refused: z.record(z.string(), z.int()).meta({ description: "Requests of devices that were refused, by the code of the answer" }),
    leftOut: z.record(z.string(), z.int()).meta({ description: "Work that was left out to save power" }),
    slow: z.strictObject({ noticed: z.int(), closed: z.int() }).meta({ description: "Devices that took their audio too slowly" }),
  }).optional().meta({ description: "What the server does not do, to go on doing the rest" }),
  devices: z.array(z.strictObject({
    deviceId: z.string(),
    clientId: z.string(),
    connectionId: z.string(),
    sessionId: z.string(),
    state: z.string().meta({ description: "Name of the active state of its chart, such as listening" }),
    since: z.number().meta({ description: "Since when it is in that state, Unix milliseconds" }),
    inStateMs: z.int().meta({ description: "How long it has been in that state, milliseconds" }),
    mode: z.enum(["auto", "manual", "realtime"]).optional().meta({ description: "How it listens; absent before its first listen start" }),
    remoteAddress: z.string(),
    connectedAt: z.number().meta({ description: "Unix milliseconds" }),
    turns: count("Turns persisted on this connection"),
    board: z.string().optional(),
    firmware: z.string().optional(),
    tools: z.array(z.string()).meta({ description: "Names of the tools that the device offers" }),
  })),
  delivery: z.looseObject({
    state: z.string().meta({ description: "local where there is nothing to deliver to; idle, delivering, backoff, blocked, or down" }),
    depth: count("Turns that wait"),
    oldestAgeMs: count("How long the first of them has waited"),
  }).optional().meta({ description: "What waits for the archive" }),
  sync: z.looseObject({}).optional().meta({ description: "What is taken in from elsewhere, where anything is" }),
  cache: z.looseObject({ hits: z.int(), misses: z.int() }).optional().meta({
    description: "Reads answered from the cache, and those that were not",
  }),
  redis: z.looseObject({ state: z.enum(["up", "down"]) }).optional().meta({
    description: "The Redis that nodes share, where there is one",
  }),
  database: z.looseObject({ state: z.enum(["opening", "up", "down"]), server: z.string() }).optional().meta({
    description: "The database server, where there is one",
  }),
}).meta({ id: "Status", description: "The server at this moment" });

const get = createRoute({
  method: "get",
  path: "/api/status",
  operationId: "getStatus",
  tags: ["Server"],
  security: OWNER,
  summary: "Who is connected, and how many sockets there are",
  request: { query: noQuery },
  responses: {
    200: {
      description: "The status",
      content: {
        "application/json": {
          schema: statusSchema,
          example: {
            version: "0.1.0",
            draining: false,
            uptimeMs: 60_000,
            sockets: { transport: "native", opening: 0, open: 0, pendingClose: 0, max: 1000 },
            devices: [],
            delivery: { state: "idle", depth: 0, oldestAgeMs: 0 },
          },
        },
      },
    },
    ...problems(),
  },
});

/** Adds the operation. */
export function addStatus(api: Api, { status }: ApiDeps): void {
  api.openapi(get, async (c) => c.json(await status() as z.infer<typeof statusSchema>, 200));
}
