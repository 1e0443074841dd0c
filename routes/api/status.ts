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
  devices: z.array(z.strictObject({
    deviceId: z.string(),
    clientId: z.string(),
    connectionId: z.string(),
    sessionId: z.string(),
    state: z.string().meta({ description: "Name of the active state of its chart, such as listening" }),
    since: z.number().meta({ description: "Since when it is in that state, Unix milliseconds" }),
    mode: z.enum(["auto", "manual", "realtime"]).optional().meta({ description: "How it listens; absent before its first listen start" }),
    remoteAddress: z.string(),
    connectedAt: z.number().meta({ description: "Unix milliseconds" }),
    turns: count("Turns persisted on this connection"),
    board: z.string().optional(),
    firmware: z.string().optional(),
    tools: z.array(z.string()).meta({ description: "Names of the tools that the device offers" }),
  })),
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
          },
        },
      },
    },
    ...problems(),
  },
});

/** Adds the operation. */
export function addStatus(api: Api, { status }: ApiDeps): void {
  api.openapi(get, (c) => c.json(status() as z.infer<typeof statusSchema>, 200));
}
