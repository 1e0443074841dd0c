/**
 * `/api/flags` and `/api/config`: the configuration in force, and what was changed of it while the server runs.
 *
 * @module
 */

import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import { z } from "zod";
import { type ChangeAuthor, type ChangeOutcome, effectOf, type LiveConfig, shown } from "../../services/config/live/mod.ts";
import { isOnFor, type Rollout } from "../../services/config/mod.ts";
import type { AppEnv } from "../app_env.ts";
import { jsonBody } from "./json_body.ts";
import { type Api, noQuery, OWNER, problems } from "./operation.ts";
import { deviceId, integer, pageQuery, withoutControls } from "./parameters.ts";

/** Room for every flag many times over. */
const MAX_BODY_BYTES = 16_384;

/** Changes in an answer, where nobody says how many. */
const DEFAULT_CHANGES = 50;
/** The latest change that there could be. */
const MAX_NUMBER = Number.MAX_SAFE_INTEGER;

/** Where flags stand among the keys. */
const FLAGS = "features.";

const effect = z.enum(["now", "next_turn", "next_connection", "restart"]).meta({
  description: "When a change is felt: at once, by the next turn or the next connection of each device, or after a restart",
});
const value = z.unknown().meta({ description: "The value; a mask where it is a secret" });

/** Schema of a flag. */
export const flagSchema = z.strictObject({
  name: z.string(),
  value: z.unknown().meta({ description: "true, false, or {percent}: the part of the devices that have it" }),
  default: z.unknown(),
  source: z.string().meta({ description: "Where the value comes from: default, a file and line, environment, or runtime" }),
  scope: z.enum(["device", "process"]).meta({ description: "Whether it may hold for a part of the devices" }),
  on: z.boolean().optional().meta({ description: "Whether it holds for the device that was asked for" }),
  effect,
  meaning: z.string(),
}).meta({ id: "Flag", description: "A capability that can be switched off, and so rolled back, alone" });

const entrySchema = z.strictObject({
  key: z.string(),
  variable: z.string(),
  value,
  source: z.string(),
  secret: z.boolean(),
  type: z.string(),
  default: z.unknown(),
  effect,
  meaning: z.string(),
}).meta({ id: "ConfigEntry", description: "A key of the configuration, as it stands" });

const changedKey = z.strictObject({ key: z.string(), before: value, after: value, effect }).meta({
  id: "ChangedKey",
  description: "A key that changed",
});

/** Longest reason of a change: a sentence or two. */
const MAX_WHY_CHARS = 300;

/** Who changes something may say why, and what they know. */
const changeQuery = z.strictObject({
  why: z.string().trim().min(1).max(MAX_WHY_CHARS).refine(...withoutControls).optional().meta({
    description: "Why, for the record",
    param: { example: "Answers are slow since noon" },
  }),
  known: integer(0, MAX_NUMBER).optional().meta({
    type: "integer",
    minimum: 0,
    description: "Number of the latest change that you know of, 0 for none: where there was another since, nothing is changed (409)",
    param: { example: 7 },
  }),
});

const route = z.enum(["start", "api", "file", "signal", "command", "rollback"]).meta({ description: "How it came about" });

/** Schema of a recorded change. */
export const changeSchema = z.strictObject({
  number: z.int(),
  at: z.number().meta({ description: "Unix milliseconds" }),
  by: z.string().meta({ description: "Who made it" }),
  via: route,
  why: z.string().optional().meta({ description: "Why, where they said so" }),
  restores: z.int().optional().meta({ description: "The change that it undid" }),
  changes: z.array(changedKey),
}).meta({ id: "ConfigChange", description: "A change of the configuration" });

/** Schema of what became of a change. */
export const outcomeSchema = z.strictObject({
  number: z.int().optional().meta({ description: "Its number in the record; absent where everything was so already" }),
  changes: z.array(changedKey),
  needRestart: z.array(z.string()).meta({ description: "Keys of it that are felt after a restart alone" }),
  skipped: z.array(z.string()).meta({ description: "Secrets that differ, and that a rollback leaves as they are" }),
}).meta({ id: "ConfigOutcome", description: "What became of a change" });

const CHANGED = { key: "features.speculation", before: true, after: { percent: 25 }, effect: "next_turn" } as const;
const OUTCOME = { number: 7, changes: [CHANGED], needRestart: [], skipped: [] };

const json = <T extends z.ZodType>(description: string, schema: T, example: unknown) => ({
  200: { description, content: { "application/json": { schema, example } } },
});

const listFlags = createRoute({
  method: "get",
  path: "/api/flags",
  operationId: "listFlags",
  tags: ["Configuration"],
  security: OWNER,
  summary: "Lists the flags, and whether they hold for a device",
  request: { query: z.strictObject({ deviceId: deviceId.optional() }) },
  responses: {
    ...json("The flags", z.strictObject({ items: z.array(flagSchema) }), {
      items: [{
        name: "speculation",
        value: { percent: 25 },
        default: true,
        source: "runtime",
        scope: "device",
        effect: "next_turn",
        meaning: "Begin to recognise and to answer in the pause that may be the end of what is said",
      }],
    }),
    ...problems(),
  },
});

const changeFlags = createRoute({
  method: "patch",
  path: "/api/flags",
  operationId: "changeFlags",
  tags: ["Configuration"],
  security: OWNER,
  summary: "Changes flags while the server runs: all that are named, or, where one is wrong, none",
  middleware: jsonBody(MAX_BODY_BYTES),
  request: {
    query: changeQuery,
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z.record(z.string(), z.unknown()).refine((flags) => Object.keys(flags).length > 0, "expected at least one flag").meta({
            description: "By name true, false, or {percent}; null goes back to what files and environment say",
          }),
          example: { speculation: { percent: 25 }, fillers: false, memory: null },
        },
      },
    },
  },
  responses: { ...json("What changed", outcomeSchema, OUTCOME), ...problems(409, 413, 415, 422, 503) },
});

const getConfig = createRoute({
  method: "get",
  path: "/api/config",
  operationId: "getConfig",
  tags: ["Configuration"],
  security: OWNER,
  summary: "Every key with its value in force and where that comes from",
  request: { query: noQuery },
  responses: {
    ...json(
      "The configuration",
      z.strictObject({
        file: z.string().meta({ description: "The configuration file" }),
        revision: z.int().meta({ description: "Changes since the start of the process" }),
        refused: z.strictObject({ at: z.number(), by: z.string(), via: route, reason: z.string() }).optional().meta({
          description: "The last attempt to change it, where that was refused",
        }),
        entries: z.array(entrySchema),
      }),
      {
        file: "config.yaml",
        revision: 2,
        entries: [{
          key: "server.port",
          variable: "XIAOZHI_SERVER_PORT",
          value: 8000,
          source: "default",
          secret: false,
          type: "integer from 0 to 65535",
          default: 8000,
          effect: "restart",
          meaning: "Port of the API",
        }],
      },
    ),
    ...problems(),
  },
});

const listChanges = createRoute({
  method: "get",
  path: "/api/config/changes",
  operationId: "listConfigChanges",
  tags: ["Configuration"],
  security: OWNER,
  summary: "Who changed what of the configuration, and when; the latest first",
  request: {
    query: z.strictObject({ limit: pageQuery.limit }),
  },
  responses: {
    ...json("The changes", z.strictObject({ items: z.array(changeSchema) }), {
      items: [{ number: 7, at: 1_767_225_600_000, by: "owner at 127.0.0.1", via: "api", changes: [CHANGED] }],
    }),
    ...problems(),
  },
});

const rollback = createRoute({
  method: "post",
  path: "/api/config/rollback",
  operationId: "rollbackConfig",
  tags: ["Configuration"],
  security: OWNER,
  summary: "Restores the configuration as it was before a change; secrets and files stay as they are",
  middleware: jsonBody(MAX_BODY_BYTES),
  request: {
    query: changeQuery,
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z.strictObject({
            number: z.int().min(1).optional().meta({ description: "The change to undo, with all after it; the latest by default" }),
          }),
          example: { number: 7 },
        },
      },
    },
  },
  responses: { ...json("What changed", outcomeSchema, OUTCOME), ...problems(404, 409, 413, 415, 422, 503) },
});

/** Adds the operations. */
export function addConfig(api: Api, live: LiveConfig): void {
  api.openapi(listFlags, (c) => c.json({ items: flagsOf(live, c.req.valid("query").deviceId) }, 200));
  api.openapi(changeFlags, async (c) => {
    const features = Object.fromEntries(Object.entries(c.req.valid("json")).map(([name, value]) => [name, value ?? undefined]));
    return c.json(outcomeOf(await live.change({ features }, author(c, "api", c.req.valid("query")))), 200);
  });
  api.openapi(getConfig, (c) => {
    const { file, revision, refused } = live;
    const entries = live.entries.map(({ path, ...entry }) => ({ key: path, ...entry, effect: effectOf(path) }));
    return c.json({ file, revision, ...(refused === undefined ? {} : { refused }), entries }, 200);
  });
  api.openapi(listChanges, (c) => {
    const { limit = DEFAULT_CHANGES } = c.req.valid("query");
    const items = live.changes.toReversed().slice(0, limit).map(({ number, at, by, via, why, restores, changes }) => ({
      number,
      at,
      by,
      via,
      ...(why === undefined ? {} : { why }),
      ...(restores === undefined ? {} : { restores }),
      changes: changes.map(showing),
    }));
    return c.json({ items }, 200);
  });
  api.openapi(rollback, async (c) => {
    const by = author(c, "rollback", c.req.valid("query"));
    return c.json(outcomeOf(await live.rollback(c.req.valid("json").number, by)), 200);
  });
}

function author(c: Context<AppEnv>, via: ChangeAuthor["via"], said: z.infer<typeof changeQuery>): ChangeAuthor {
  return { by: `owner at ${c.env.peer}`, via, ...said };
}

function flagsOf(live: LiveConfig, device: string | undefined): z.infer<typeof flagSchema>[] {
  return live.entries.filter(({ path }) => path.startsWith(FLAGS)).map(({ path, value, default: usual, source, type, meaning }) => {
    const name = path.slice(FLAGS.length);
    return {
      name,
      value,
      default: usual,
      source,
      scope: type === "true or false" ? "process" : "device",
      ...(device === undefined ? {} : { on: isOnFor(name, value as Rollout, device) }),
      effect: effectOf(path),
      meaning,
    };
  });
}

function outcomeOf({ number, changes, skipped }: ChangeOutcome): z.infer<typeof outcomeSchema> {
  return {
    ...(number === undefined ? {} : { number }),
    changes: changes.map(showing),
    needRestart: changes.filter(({ effect }) => effect === "restart").map(({ key }) => key),
    skipped: [...skipped],
  };
}

function showing({ key, before, after, effect }: ChangeOutcome["changes"][number]): z.infer<typeof changedKey> {
  return { key, before: shown(before), after: shown(after), effect };
}
