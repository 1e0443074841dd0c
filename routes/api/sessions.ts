/**
 * `/api/sessions`: connections of devices, with what was said in them.
 *
 * @module
 */

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { LifeCycle } from "./deps.ts";
import { erasedExample, sessionExample, turnExample } from "./examples.ts";
import { jsonBody } from "./json_body.ts";
import { type Api, noQuery, OWNER, problems } from "./operation.ts";
import { given, ordered, pageQuery, sessionId, spanQuery, withoutControls } from "./parameters.ts";
import { notFound } from "./problem.ts";
import { erasedSchema, pageOf, sessionSchema } from "./schemas.ts";
import { order, shownTurn, turnPage } from "./turns.ts";

/** Room for the longest title, escaped. */
const MAX_BODY_BYTES = 4096;
/** Longest title, characters: as long as exports take one. */
const MAX_TITLE = 200;

const tags = ["Sessions"];
const params = z.strictObject({ id: sessionId });
const one = { description: "The session", content: { "application/json": { schema: sessionSchema, example: sessionExample } } };

const list = createRoute({
  method: "get",
  path: "/api/sessions",
  operationId: "listSessions",
  tags,
  security: OWNER,
  summary: "Sessions, newest first",
  request: {
    query: z.strictObject({
      ...spanQuery,
      endReason: z.string().regex(/^[a-z][a-z_]{0,31}$/, "expected why sessions ended, such as idle").optional().meta({
        description: "Why they ended: device, idle, goodbye, replaced, disconnected, shutdown, error, crashed or import",
        param: { example: "idle" },
      }),
    }).refine(...ordered),
  },
  responses: {
    200: {
      description: "A page of sessions",
      content: { "application/json": { schema: pageOf(sessionSchema, "SessionPage"), example: { items: [sessionExample] } } },
    },
    ...problems(503),
  },
});

const get = createRoute({
  method: "get",
  path: "/api/sessions/{id}",
  operationId: "getSession",
  tags,
  security: OWNER,
  summary: "A session",
  request: { params, query: noQuery },
  responses: { 200: one, ...problems(404, 503) },
});

const patch = createRoute({
  method: "patch",
  path: "/api/sessions/{id}",
  operationId: "titleSession",
  tags,
  security: OWNER,
  summary: "Titles a session; an empty title takes it away",
  middleware: jsonBody(MAX_BODY_BYTES),
  request: {
    params,
    query: noQuery,
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z.strictObject({
            title: z.string().trim().max(MAX_TITLE).refine(...withoutControls),
          }),
          example: { title: "Weather" },
        },
      },
    },
  },
  responses: { 200: one, ...problems(404, 413, 415, 422, 503) },
});

const remove = createRoute({
  method: "delete",
  path: "/api/sessions/{id}",
  operationId: "deleteSession",
  tags,
  security: OWNER,
  summary: "Erases a session with its turns and their audio, for good",
  request: { params, query: noQuery },
  responses: {
    200: { description: "What was erased", content: { "application/json": { schema: erasedSchema, example: erasedExample } } },
    ...problems(404, 503),
  },
});

const turns = createRoute({
  method: "get",
  path: "/api/sessions/{id}/turns",
  operationId: "listTurnsOfSession",
  tags,
  security: OWNER,
  summary: "The turns of a session, oldest first",
  request: { params, query: z.strictObject({ ...pageQuery, order }) },
  responses: {
    200: { description: "A page of turns", content: { "application/json": { schema: turnPage, example: { items: [turnExample] } } } },
    ...problems(404, 503),
  },
});

/** Adds the operations. */
export function addSessions(api: Api, { archive, erase }: LifeCycle): void {
  const known = async (id: string) => {
    const session = await archive.session(id);
    if (session === undefined) throw notFound("session", id);
    return session;
  };

  api.openapi(list, async (c) => {
    const { items, ...rest } = await archive.sessions(given(c.req.valid("query")));
    return c.json({ items: [...items], ...rest }, 200);
  });
  api.openapi(get, async (c) => c.json(await known(c.req.valid("param").id), 200));
  api.openapi(patch, async (c) => {
    const { id } = c.req.valid("param");
    if (!await archive.retitle(id, c.req.valid("json").title)) throw notFound("session", id);
    return c.json(await known(id), 200);
  });
  api.openapi(remove, async (c) => {
    const { id } = c.req.valid("param");
    await known(id);
    const { turns, sessions, audioFiles } = await erase({ sessionId: id });
    return c.json({ turns, sessions, audioFiles: audioFiles.length }, 200);
  });
  api.openapi(turns, async (c) => {
    const { id } = c.req.valid("param");
    await known(id);
    const { items, ...rest } = await archive.turns({ order: "oldest", ...given(c.req.valid("query")), sessionId: id });
    return c.json({ items: items.map(shownTurn), ...rest }, 200);
  });
}
