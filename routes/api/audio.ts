/**
 * `/api/turns/{id}/audio/{side}`: the audio of a turn, for players that jump.
 *
 * @module
 */

import { createRoute } from "@hono/zod-openapi";
import { createHash } from "node:crypto";
import { z } from "zod";
import { API_HEADERS } from "../page/security.ts";
import { problemResponse } from "../problem.ts";
import type { LifeCycle } from "./deps.ts";
import { type Api, noQuery, OWNER, problems } from "./operation.ts";
import { turnId } from "./parameters.ts";
import { notFound } from "./problem.ts";
import { matches, parseRange } from "./range.ts";

const bytes = { "audio/ogg": { schema: z.string().meta({ format: "binary" }) } };

const get = createRoute({
  method: "get",
  path: "/api/turns/{id}/audio/{side}",
  operationId: "getAudio",
  tags: ["Turns"],
  security: OWNER,
  summary: "The audio of a turn, Opus in Ogg",
  description: "Takes one range of bytes, If-Range and If-None-Match. HEAD tells size and tag.",
  request: {
    params: z.strictObject({
      id: turnId,
      side: z.enum(["user", "reply"]).meta({ description: "Whose voice", param: { example: "user" } }),
    }),
    query: noQuery,
    headers: z.object({
      range: z.string().optional().meta({ description: "The part that is wanted", param: { example: "bytes=0-4095" } }),
      "if-range": z.string().optional().meta({ description: "The tag of the file that the part is of; of another, all is sent" }),
      "if-none-match": z.string().optional().meta({ description: "The tag of the file that is there already" }),
    }),
  },
  responses: {
    200: { description: "The whole file", content: bytes },
    206: { description: "The part that Range asks for", content: bytes },
    304: { description: "The file is the one that If-None-Match names" },
    ...problems(404, 416, 503),
  },
});

/** Adds the operation. */
export function addAudio(api: Api, { archive, audio }: LifeCycle): void {
  api.openapi(get, async (c) => {
    const { id, side } = c.req.valid("param");
    const turn = await archive.turn(id);
    if (turn === undefined) throw notFound("turn", id);
    const path = turn.audioFiles[side];
    const size = path === undefined ? undefined : await audio.size(path);
    if (path === undefined || size === undefined) throw notFound("audio", `${id}/${side}`);
    // A file is written once under its path; moved to another store it is still the same.
    const etag = `"${createHash("sha256").update(`${path}\n${size}`).digest("base64url").slice(0, 22)}"`;
    const headers = { etag, "accept-ranges": "bytes", "cache-control": "private, no-cache", ...API_HEADERS };
    if (matches(c.req.header("if-none-match"), etag)) return new Response(null, { status: 304, headers });
    const ifRange = c.req.header("if-range");
    const range = ifRange === undefined || ifRange === etag ? parseRange(c.req.header("range"), size) : undefined;
    if (range === "unsatisfiable") {
      const problem = {
        status: 416,
        code: "range_not_satisfiable",
        title: "The range begins behind the end of the file",
        detail: `${size} bytes`,
      };
      return problemResponse(problem, { "content-range": `bytes */${size}`, ...API_HEADERS });
    }
    const body = c.req.method === "HEAD" ? null : await audio.read(path, range);
    if (body === undefined) throw notFound("audio", `${id}/${side}`);
    const part = range === undefined ? {} : { "content-range": `bytes ${range.start}-${range.end - 1}/${size}` };
    const length = range === undefined ? size : range.end - range.start;
    return new Response(body, {
      status: range === undefined ? 200 : 206,
      headers: { "content-type": "audio/ogg", "content-length": String(length), ...part, ...headers },
    });
  });
}
