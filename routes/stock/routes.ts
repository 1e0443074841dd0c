/**
 * The routes of a stock manager-api that a stock xiaozhi-server calls with the server's secret (interop reference 2.4), with and without the
 * context path `/xiaozhi` that manager-api has.
 *
 * Reports are taken in. What a stock server needs to answer devices, which is its configuration, is not kept here: those calls are answered
 * with code 404 and a sentence, so that a stock server that was pointed here altogether says why it does not start. It is meant to keep its
 * manager-api, and to send here what a proxy in front of that, or the setting of its address for reports, sends.
 *
 * | call | answer |
 * |---|---|
 * | `POST /agent/chat-history/report` | `true` once the report is durable |
 * | `POST /agent/chat-title/{sessionId}/generate` | the title, made of the first question where there is none |
 * | `POST /agent/chat-summary/{sessionId}/save` | success: this runtime makes its summaries by itself |
 * | `POST /config/correct-words` | an empty list: nothing is corrected |
 * | `POST /config/server-base`, `POST /config/agent-models`, `GET /device/address-book/call` | code 404 |
 *
 * @module
 */

import { Hono } from "hono";
import type { Logger } from "@logtape/logtape";
import { z } from "zod";
import { AppError, messageOf } from "../../base/errors.ts";
import type { HistoryArchive } from "../../services/history/archive.ts";
import type { PushIntake } from "../../services/sync/push/intake.ts";
import { reportBody } from "../../services/sync/push/report.ts";
import { readBounded } from "../bounded_body.ts";
import { STOCK_CODE, stockData, stockError } from "./envelope.ts";
import { bringsSecret } from "./secret.ts";
import { giveTitle } from "./title.ts";

/** Largest body of a report, bytes: six minutes of 16 kHz, 16 bit WAV in base 64; no turn is that long. */
const MAX_REPORT_BYTES = 16 * 1024 * 1024;

/** Context path of manager-api (`application.yml`). */
const CONTEXT = "/xiaozhi";

/** What the routes need. */
export interface StockRoutesDeps {
  /** Not empty. */
  readonly secret: string;
  readonly intake: Pick<PushIntake, "take">;
  readonly archive: Pick<HistoryArchive, "session" | "turns" | "retitle">;
  readonly logger: Logger;
}

/** The routes, to be asked for every path; undefined where a path is none of theirs. */
export type StockRoutes = (request: Request) => Promise<Response> | undefined;

const PATHS =
  /^(?:\/agent\/chat-history\/report|\/agent\/chat-title\/[^/]+\/generate|\/agent\/chat-summary\/[^/]+\/save|\/config\/(?:correct-words|server-base|agent-models)|\/device\/address-book\/call)$/;

/** Makes the routes. */
export function createStockRoutes(deps: StockRoutesDeps): StockRoutes {
  const app = new Hono();
  const { logger } = deps;
  app.use(async (c, next) => {
    if (bringsSecret(c.req.raw, deps.secret)) return await next();
    await c.req.raw.body?.cancel();
    return stockError(STOCK_CODE.unauthorized, "The server secret is missing or wrong; send Authorization: Bearer with sync.push.secret");
  });
  app.post("/agent/chat-history/report", (c) => takeReport(c.req.raw, deps));
  app.post("/agent/chat-title/:sessionId/generate", async (c) => stockData(await giveTitle(deps.archive, c.req.param("sessionId"))));
  app.post("/agent/chat-summary/:sessionId/save", () => stockData(null));
  app.post("/config/correct-words", () => stockData([]));
  const notKept = (path: string) =>
    stockError(STOCK_CODE.notFound, `${path} is not kept here: this server takes reports; leave manager-api.url at the manager-api`);
  app.post("/config/server-base", (c) => notKept(c.req.path));
  app.post("/config/agent-models", (c) => notKept(c.req.path));
  app.get("/device/address-book/call", (c) => notKept(c.req.path));
  app.notFound((c) => stockError(STOCK_CODE.notFound, `Nothing is at ${c.req.method} ${c.req.path}`, 404));
  app.onError((error, c) => {
    logger.warn("Call {method} {path} of a stock server failed: {error}", {
      method: c.req.method,
      path: c.req.path,
      error: messageOf(error),
    });
    return stockError(STOCK_CODE.failed, "The server failed to answer; its log says why", 503);
  });
  return (request) => {
    const url = new URL(request.url);
    const path = url.pathname.startsWith(`${CONTEXT}/`) ? url.pathname.slice(CONTEXT.length) : url.pathname;
    if (!PATHS.test(path)) return undefined;
    url.pathname = path;
    return Promise.resolve(app.fetch(new Request(url, request)));
  };
}

async function takeReport(request: Request, { intake, logger }: StockRoutesDeps): Promise<Response> {
  let body: unknown;
  try {
    body = JSON.parse(await readBounded(request, MAX_REPORT_BYTES));
  } catch (error) {
    if (error instanceof AppError) return stockError(STOCK_CODE.tooLarge, error.message, 413);
    return stockError(STOCK_CODE.badRequest, "The body is no JSON", 400);
  }
  const parsed = reportBody.safeParse(body);
  if (!parsed.success) return stockError(STOCK_CODE.badRequest, `The report is not as it should be: ${z.prettifyError(parsed.error)}`, 400);
  try {
    await intake.take(parsed.data, request.signal);
    return stockData(true);
  } catch (error) {
    logger.error("A report of device {deviceId} could not be kept: {error}", {
      deviceId: parsed.data.macAddress.toLowerCase(),
      error: messageOf(error),
    });
    return stockError(STOCK_CODE.failed, "The report could not be kept; send it again", 503);
  }
}
