/**
 * `/api/turns` and `/api/search`: what was said and answered.
 *
 * @module
 */

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { StoredTurn } from "../../services/history/store.ts";
import type { LifeCycle } from "./deps.ts";
import { erasedExample, turnExample } from "./examples.ts";
import { type Api, noQuery, OWNER, problems } from "./operation.ts";
import { given, ordered, sessionId, spanQuery, turnId, withoutControls } from "./parameters.ts";
import { notFound } from "./problem.ts";
import { erasedSchema, pageOf, turnSchema } from "./schemas.ts";

/** Longest text to search for, characters: as the archive takes it. */
const MAX_SEARCH = 200;

const tags = ["Turns"];
const params = z.strictObject({ id: turnId });

/** A page of turns. */
export const turnPage = pageOf(turnSchema, "TurnPage");

const outcome = z.enum(["completed", "interrupted", "failed", "empty", "crashed"]).optional().meta({ description: "How they ended" });

/** In which order turns come. */
export const order = z.enum(["newest", "oldest"]).optional().meta({ description: "Which come first" });

const page = { description: "A page of turns", content: { "application/json": { schema: turnPage, example: { items: [turnExample] } } } };

const list = createRoute({
  method: "get",
  path: "/api/turns",
  operationId: "listTurns",
  tags,
  security: OWNER,
  summary: "Turns, newest first unless told",
  request: {
    query: z.strictObject({
      ...spanQuery,
      sessionId: sessionId.optional(),
      outcome,
      order,
    }).refine(...ordered),
  },
  responses: { 200: page, ...problems(503) },
});

const get = createRoute({
  method: "get",
  path: "/api/turns/{id}",
  operationId: "getTurn",
  tags,
  security: OWNER,
  summary: "A turn",
  request: { params, query: noQuery },
  responses: {
    200: { description: "The turn", content: { "application/json": { schema: turnSchema, example: turnExample } } },
    ...problems(404, 503),
  },
});

const remove = createRoute({
  method: "delete",
  path: "/api/turns/{id}",
  operationId: "deleteTurn",
  tags,
  security: OWNER,
  summary: "Erases a turn and its audio, for good",
  request: { params, query: noQuery },
  responses: {
    200: {
      description: "What was erased",
      content: { "application/json": { schema: erasedSchema, example: { ...erasedExample, turns: 1, sessions: 0 } } },
    },
    ...problems(404, 503),
  },
});

const search = createRoute({
  method: "get",
  path: "/api/search",
  operationId: "searchTurns",
  tags,
  security: OWNER,
  summary: "Turns in which all words occur, newest first",
  description: "In what was said or answered, in any order. Chinese needs no spaces.",
  request: {
    query: z.strictObject({
      ...spanQuery,
      text: z.string().trim().min(1).max(MAX_SEARCH).refine(...withoutControls).meta({
        description: "Words, with spaces between them",
        param: { example: "天气" },
      }),
      outcome,
    }).refine(...ordered),
  },
  responses: { 200: page, ...problems(503) },
});

/** Adds the operations. */
export function addTurns(api: Api, { archive, erase }: LifeCycle): void {
  const known = async (id: string) => {
    const turn = await archive.turn(id);
    if (turn === undefined) throw notFound("turn", id);
    return turn;
  };

  api.openapi(list, async (c) => {
    const { items, ...rest } = await archive.turns(given(c.req.valid("query")));
    return c.json({ items: items.map(shownTurn), ...rest }, 200);
  });
  api.openapi(get, async (c) => c.json(shownTurn(await known(c.req.valid("param").id)), 200));
  api.openapi(remove, async (c) => {
    const { id } = c.req.valid("param");
    await known(id);
    const { turns, sessions, audioFiles } = await erase({ turnId: id });
    return c.json({ turns, sessions, audioFiles: audioFiles.length }, 200);
  });
  api.openapi(search, async (c) => {
    const { items, ...rest } = await archive.search(given(c.req.valid("query")));
    return c.json({ items: items.map(shownTurn), ...rest }, 200);
  });
}

/** A turn as it is shown: addresses of audio instead of paths. */
export function shownTurn({ audioFiles, sentences, ...turn }: StoredTurn): z.infer<typeof turnSchema> {
  const base = `/api/turns/${encodeURIComponent(turn.turnId)}/audio`;
  return {
    ...turn,
    ...(sentences === undefined ? {} : { sentences: [...sentences] }),
    audio: {
      ...(audioFiles.user === undefined ? {} : { user: `${base}/user` }),
      ...(audioFiles.reply === undefined ? {} : { reply: `${base}/reply` }),
    },
  };
}
