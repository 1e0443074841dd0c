/**
 * Export and import of the history.
 *
 * @module
 */

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { type ExportFormat, exportStream } from "../../services/exchange/export.ts";
import { importLines, type ImportReport } from "../../services/exchange/import.ts";
import { bounded } from "../../services/exchange/spool.ts";
import type { Exported } from "../../services/exchange/walk.ts";
import { importZip, MAX_IMPORT_BYTES } from "../../services/exchange/zip_import.ts";
import { API_HEADERS } from "../page/security.ts";
import type { ApiDeps, LifeCycle } from "./deps.ts";
import { turnExample } from "./examples.ts";
import { type Api, noQuery, OWNER, problems } from "./operation.ts";
import { deviceId, sessionId } from "./parameters.ts";
import { ApiProblem, cutOff, notFound } from "./problem.ts";
import { importReportSchema } from "./schemas.ts";

const TYPES: Readonly<Record<ExportFormat, { readonly type: string; readonly ending: string }>> = {
  jsonl: { type: "application/x-ndjson", ending: "jsonl" },
  markdown: { type: "text/markdown; charset=utf-8", ending: "md" },
  zip: { type: "application/zip", ending: "zip" },
};

const { audio: _, ...turn } = turnExample;
const lineExample = JSON.stringify({ turn }) + "\n";
const query = z.strictObject({
  format: z.enum(["jsonl", "markdown", "zip"]).default("jsonl").meta({
    description: "JSON lines, Markdown for people, or a ZIP file of JSON lines and audio",
    param: { example: "zip" },
  }),
});
const file = {
  description: "The file",
  content: {
    "application/x-ndjson": { schema: z.string(), example: lineExample },
    "text/markdown": { schema: z.string() },
    "application/zip": { schema: z.string().meta({ format: "binary" }) },
  },
};

const ofSession = createRoute({
  method: "get",
  path: "/api/sessions/{id}/export",
  operationId: "exportSession",
  tags: ["Export and import"],
  security: OWNER,
  summary: "All turns of a session, oldest first, as a file",
  request: { params: z.strictObject({ id: sessionId }), query },
  responses: { 200: file, ...problems(404, 503) },
});

const ofDevice = createRoute({
  method: "get",
  path: "/api/devices/{id}/export",
  operationId: "exportDevice",
  tags: ["Export and import"],
  security: OWNER,
  summary: "All turns of a device, oldest first, as a file",
  description: "Sessions in which nothing was said are not in it.",
  request: { params: z.strictObject({ id: deviceId }), query },
  responses: { 200: file, ...problems(404, 503) },
});

const bring = createRoute({
  method: "post",
  path: "/api/import",
  operationId: "importTurns",
  tags: ["Export and import"],
  security: OWNER,
  summary: "Brings an export back: JSON lines, or a ZIP file with audio",
  description:
    "Good lines are kept and bad ones refused, each by itself: nothing of a bad line is applied. What is there already, or was erased, " +
    "is skipped, so that a file may be sent again, also after an answer of 503. A ZIP file that is not as an export is, is refused as a whole. " +
    `At most ${MAX_IMPORT_BYTES} bytes.`,
  request: {
    query: noQuery,
    body: {
      required: true,
      content: {
        "application/x-ndjson": { schema: z.string(), example: lineExample },
        "application/zip": { schema: z.string().meta({ format: "binary" }) },
      },
    },
  },
  responses: {
    200: {
      description: "What became of the lines",
      content: {
        "application/json": {
          schema: importReportSchema,
          example: { added: 99, skipped: 1, refused: 1, refusals: [{ line: 7, reason: "turn.outcome: Invalid option" }] },
        },
      },
    },
    ...problems(413, 415, 422, 503),
  },
});

/** Adds the operations. */
export function addExchange(api: Api, { timezone }: ApiDeps, { archive, audio, registry, spoolDir }: LifeCycle): void {
  const deps = { archive, audio, timezone };
  const answer = async (what: Exported, format: ExportFormat, name: string, method: string) => {
    const { type, ending } = TYPES[format];
    const headers = {
      "content-type": type,
      "content-disposition": `attachment; filename="${name.replace(/[^0-9A-Za-z_-]/g, "-")}.${ending}"`,
      "cache-control": "no-store",
      ...API_HEADERS,
    };
    return new Response(method === "HEAD" ? null : await exportStream(deps, what, format), { headers });
  };

  api.openapi(ofSession, async (c) => {
    const { id } = c.req.valid("param");
    if (await archive.session(id) === undefined) throw notFound("session", id);
    return await answer({ sessionId: id }, c.req.valid("query").format, `session-${id}`, c.req.method);
  });
  api.openapi(ofDevice, async (c) => {
    const { id } = c.req.valid("param");
    const known = await registry.get(id) !== undefined || (await archive.turns({ deviceId: id, limit: 1 })).items.length > 0;
    if (!known) throw notFound("device", id);
    return await answer({ deviceId: id }, c.req.valid("query").format, `device-${id}`, c.req.method);
  });
  api.openapi(bring, async (c) => {
    const onTurn = ({ deviceId, startedAt }: { readonly deviceId: string; readonly startedAt: number }) =>
      registry.note({ deviceId, seenAt: startedAt });
    const importDeps = { archive, audio, onTurn };
    const body = received(c.req.raw.body ?? ReadableStream.from<Uint8Array<ArrayBuffer>>([]));
    const type = (c.req.header("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase();
    let report: ImportReport;
    if (type === "application/x-ndjson") report = await importLines(importDeps, bounded(body, MAX_IMPORT_BYTES));
    else if (type === "application/zip") report = await importZip(importDeps, body, { folder: spoolDir });
    else {
      const detail = "Send content-type: application/x-ndjson for JSON lines or application/zip for a ZIP file";
      throw new ApiProblem({ status: 415, code: "not_importable", title: "The body must be JSON lines or a ZIP file", detail });
    }
    return c.json({ ...report, refusals: [...report.refusals] }, 200);
  });
}

/** A body whose breaking off is the sender's affair. What goes wrong with whoever reads it passes by here. */
async function* received(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    yield* body;
  } catch {
    throw cutOff();
  }
}
