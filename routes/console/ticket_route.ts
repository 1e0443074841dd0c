/**
 * `/api/console/device-tickets`: lets the browser device of an operator come in.
 *
 * @module
 */

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { jsonBody } from "../api/json_body.ts";
import { type Api, noQuery, OWNER, problems } from "../api/operation.ts";
import { CLIENT_ID_FORM, DEVICE_ID_FORM } from "../device_identity.ts";
import { type DeviceTickets, TICKET_TTL_MS } from "../device_tickets.ts";

/** Room for the two ids. */
const MAX_BODY_BYTES = 1024;

const bodySchema = z.strictObject({
  deviceId: z.string().toLowerCase().regex(DEVICE_ID_FORM, "expected a device id, such as 02:00:00:00:00:01"),
  clientId: z.string().regex(CLIENT_ID_FORM, "expected a client id, such as browser"),
});

const post = createRoute({
  method: "post",
  path: "/api/console/device-tickets",
  operationId: "issueDeviceTicket",
  tags: ["Devices"],
  security: OWNER,
  summary: "A ticket with which a browser opens the device socket once",
  description: "Browsers send neither a token nor any other header with a WebSocket. Shown as `ticket` in the socket's query.",
  middleware: jsonBody(MAX_BODY_BYTES),
  request: {
    query: noQuery,
    body: {
      required: true,
      content: { "application/json": { schema: bodySchema, example: { deviceId: "02:00:00:00:00:01", clientId: "browser" } } },
    },
  },
  responses: {
    200: {
      description: "The ticket",
      content: {
        "application/json": {
          schema: z.strictObject({
            ticket: z.string(),
            expiresInMs: z.int(),
            port: z.int().optional().meta({ description: "Port of the device socket, where it is not the one that was asked" }),
          }),
          example: { ticket: "3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", expiresInMs: TICKET_TTL_MS },
        },
      },
    },
    ...problems(413, 415, 422),
  },
});

/** What the route needs. */
export interface TicketRouteDeps {
  readonly tickets: DeviceTickets;
  /** Of the device sockets, where they have one of their own. */
  readonly devicePort: () => number | undefined;
}

/** Adds the operation. */
export function addTickets(api: Api, { tickets, devicePort }: TicketRouteDeps): void {
  api.openapi(post, (c) => {
    const { deviceId, clientId } = c.req.valid("json");
    const ticket = tickets.issue(deviceId, clientId);
    const port = devicePort();
    return c.json({ ticket, expiresInMs: TICKET_TTL_MS, ...(port === undefined ? {} : { port }) }, 200, { "cache-control": "no-store" });
  });
}
