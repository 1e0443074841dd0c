/**
 * `POST /api/devices/{id}/say`: has a connected device say something.
 *
 * @module
 */

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { speakable } from "../../audio/sentences.ts";
import type { Problem } from "../problem.ts";
import type { ApiDeps } from "./deps.ts";
import { jsonBody } from "./json_body.ts";
import { type Api, noQuery, OWNER, problems } from "./operation.ts";
import { deviceId } from "./parameters.ts";
import { ApiProblem } from "./problem.ts";

/** Longest announcement, characters: half a minute to two minutes of speech, by language. */
const MAX_TEXT_CHARS = 500;

/** Room for the longest text, every character of it escaped. */
const MAX_BODY_BYTES = 16_384;

const sayBody = z.strictObject({
  text: z.string().trim().min(1).max(MAX_TEXT_CHARS).refine((text) => speakable(text) !== "", "expected a text with words in it")
    .meta({ description: "What the device is to say" }),
  interrupt: z.boolean().default(false).meta({ description: "Whether to cut off whoever speaks" }),
});

const post = createRoute({
  method: "post",
  path: "/api/devices/{id}/say",
  operationId: "say",
  tags: ["Devices"],
  security: OWNER,
  summary: "Has a connected device say something",
  middleware: jsonBody(MAX_BODY_BYTES),
  request: {
    params: z.strictObject({ id: deviceId }),
    query: noQuery,
    body: { required: true, content: { "application/json": { schema: sayBody, example: { text: "Dinner is ready!", interrupt: false } } } },
  },
  responses: {
    202: {
      description: "It is about to be said; the history tells the outcome of the turn",
      content: {
        "application/json": { schema: z.strictObject({ turn_id: z.string() }), example: { turn_id: "01K0000000000000000000000A" } },
      },
    },
    ...problems(404, 409, 413, 415, 422),
  },
});

/** Has a device say a text: the id of the turn, or why it does not. */
export type Say = (
  deviceId: string,
  text: string,
  interrupt: boolean,
) => { readonly turnId: string } | "unknown" | "busy" | "not_ready";

const REFUSALS: Readonly<Record<"unknown" | "busy" | "not_ready", Problem>> = {
  unknown: {
    status: 404,
    code: "device_not_connected",
    title: "The device is not connected",
    detail: "Devices connect when they are woken up or their button is pressed, and stay until they are idle; see /api/status",
  },
  busy: {
    status: 409,
    code: "device_busy",
    title: "Somebody is speaking",
    detail: 'Ask again later, or with "interrupt": true',
  },
  not_ready: {
    status: 409,
    code: "device_not_ready",
    title: "The device does not take speech now",
    detail: "It has not listened yet since it connected, or is about to be disconnected",
  },
};

/** Adds the operation. */
export function addSay(api: Api, { say }: ApiDeps): void {
  api.openapi(post, (c) => {
    const { text, interrupt } = c.req.valid("json");
    const said = say(c.req.valid("param").id, text, interrupt);
    if (typeof said === "string") throw new ApiProblem(REFUSALS[said]);
    return c.json({ turn_id: said.turnId }, 202);
  });
}
