/**
 * `/api/alerts`: what is wrong, what was, and that somebody has seen it.
 *
 * @module
 */

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { type Alert, MAX_DETAIL_CHARS, RULE_IDS } from "../../services/alerts/alert.ts";
import { tellBoth } from "../../services/alerts/texts.ts";
import type { ApiDeps } from "./deps.ts";
import { jsonBody } from "./json_body.ts";
import { type Api, noQuery, OWNER, problems } from "./operation.ts";
import { withoutControls } from "./parameters.ts";
import { notFound } from "./problem.ts";

/** Longest note: who looks after it, and where to read more. */
const MAX_NOTE_CHARS = 500;
/** Room for the longest note, every character of it escaped. */
const MAX_BODY_BYTES = 8192;

const alertId = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, "expected the id of an alert").meta({
  description: "Id of an alert: a ULID",
  param: { example: "01K0000000000000000000000A" },
});

const time = (description: string) => z.number().meta({ description: `${description}, Unix milliseconds` });

const textSchema = z.strictObject({
  summary: z.string().meta({ description: "What it is, in a few words" }),
  reason: z.string().meta({ description: "What was read, and what it should be" }),
  nextStep: z.string().meta({ description: "What to do" }),
});

const alertSchema = z.strictObject({
  id: z.string(),
  rule: z.enum(RULE_IDS).meta({ description: "What is wrong; docs/alerts.md has a row for each" }),
  severity: z.enum(["critical", "warning"]).meta({ description: "critical: look now; warning: look today" }),
  subject: z.string().meta({ description: "What it is about, such as a component; server where it is all of it" }),
  value: z.number().meta({ description: "What was read last, in the unit of the rule" }),
  limit: z.number().meta({ description: "What it should not be beyond" }),
  detail: z.string().max(MAX_DETAIL_CHARS).optional().meta({ description: "What else helps" }),
  since: time("When it began"),
  raisedAt: time("When it had lasted long enough to tell"),
  resolvedAt: time("When all had been well for a while").optional(),
  acknowledged: z.strictObject({ at: time("When somebody had seen it"), note: z.string() }).optional(),
  text: z.strictObject({ en: textSchema, zh: textSchema }).meta({ description: "The alert in words, English and Chinese" }),
}).meta({ id: "Alert", description: "Something that people have to know of" });

const example: z.infer<typeof alertSchema> = {
  ...{ id: "01K0000000000000000000000A", rule: "outbox_old", severity: "critical", subject: "server", value: 412, limit: 300 },
  ...{ since: 1_767_225_600_000, raisedAt: 1_767_225_630_000 },
  text: tellBoth({ rule: "outbox_old", subject: "server", value: 412, limit: 300 }),
};

const list = createRoute({
  method: "get",
  path: "/api/alerts",
  operationId: "listAlerts",
  tags: ["Server"],
  security: OWNER,
  summary: "What is wrong now, and what was wrong lately",
  request: { query: noQuery },
  responses: {
    200: {
      description: "The alerts",
      content: {
        "application/json": {
          schema: z.strictObject({
            enabled: z.boolean().meta({ description: "Whether anybody watches; false where features.alerts or alerts.enabled is off" }),
            active: z.array(alertSchema).meta({ description: "What is not over, the newest first" }),
            recent: z.array(alertSchema).meta({ description: "What is over, the latest first" }),
          }),
          example: { enabled: true, active: [example], recent: [] },
        },
      },
    },
    ...problems(),
  },
});

const acknowledge = createRoute({
  method: "post",
  path: "/api/alerts/{id}/acknowledge",
  operationId: "acknowledgeAlert",
  tags: ["Server"],
  security: OWNER,
  summary: "Notes that somebody has seen an alert",
  middleware: jsonBody(MAX_BODY_BYTES),
  request: {
    params: z.strictObject({ id: alertId }),
    query: noQuery,
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z.strictObject({
            note: z.string().trim().max(MAX_NOTE_CHARS).refine(...withoutControls).meta({ description: "What there is to say of it" }),
          }),
          example: { note: "The database is being moved; back at ten" },
        },
      },
    },
  },
  responses: {
    200: {
      description: "The alert",
      content: {
        "application/json": { schema: alertSchema, example: { ...example, acknowledged: { at: 1_767_225_660_000, note: "Seen" } } },
      },
    },
    ...problems(404, 413, 415, 422, 503),
  },
});

/** Adds the operations. */
export function addAlerts(api: Api, { alerts }: ApiDeps): void {
  api.openapi(list, (c) => {
    const board = alerts?.();
    return c.json({
      enabled: board !== undefined,
      active: board?.active().map(shown) ?? [],
      recent: board?.recent().map(shown) ?? [],
    }, 200);
  });
  api.openapi(acknowledge, async (c) => {
    const { id } = c.req.valid("param");
    const alert = await alerts?.()?.acknowledge(id, c.req.valid("json").note);
    if (alert === undefined) throw notFound("alert", id);
    return c.json(shown(alert), 200);
  });
}

function shown(alert: Alert): z.infer<typeof alertSchema> {
  return { ...alert, text: tellBoth(alert) };
}
