/**
 * Serves the stages of any ESP32 server over the HTTP contract: its reference implementation.
 *
 * @module
 */

import { createHash, timingSafeEqual } from "node:crypto";
import type { Logger } from "@logtape/logtape";
import { type Context, Hono } from "hono";
import type { OpusCodec } from "../../../audio/opus/codec.ts";
import type { Clock } from "../../../base/clock.ts";
import { messageOf } from "../../../base/errors.ts";
import { createIds } from "../../../base/ids.ts";
import type { Random } from "../../../base/random.ts";
import type { ChatMessage, Esp32Server } from "../stages.ts";
import { ChatLog } from "./chat_log.ts";
import { chatJson, chatStream } from "./chat_response.ts";
import { problemBody, problemResponse, RequestError } from "./problem.ts";
import { audioBody, chatRequest, jsonBody, sinceOf, speechRequest } from "./request.ts";
import { speechResponse } from "./speech_response.ts";
import { readUtterance } from "./utterance.ts";

/** What is served, and with what. */
export interface Esp32ServerAppOptions {
  /** Does the work; it is not disposed of here. */
  readonly server: Esp32Server;
  /** Bearer token that requests must bring; empty for none. `GET /health` never needs it. */
  readonly apiKey: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Loads the Opus codec when the first Ogg comes in. */
  readonly opus: () => Promise<OpusCodec>;
}

/** The routes of the contract. Tools are not part of it: the chat stage is offered none. */
export function createEsp32ServerApp(options: Esp32ServerAppOptions): Hono {
  const { server, clock, logger } = options;
  const log = new ChatLog();
  const ids = createIds(clock, options.random);
  const app = new Hono();

  app.use("/api/*", async (context, next) => {
    assertKey(context, options.apiKey);
    await next();
  });
  app.onError((error, context) => {
    const { status, code } = problemBody(error);
    if (status >= 500 && !context.req.raw.signal.aborted) {
      logger.warn("Call {method} {path} failed with {code}: {reason}", {
        method: context.req.method,
        path: context.req.path,
        code,
        reason: messageOf(error),
      });
    }
    return problemResponse(error);
  });
  app.notFound((context) => problemResponse(new RequestError(404, "not_found", `There is no ${context.req.method} ${context.req.path}`)));

  app.post("/api/vad", async (context) => {
    const utterance = await readUtterance(await audioBody(context.req.raw), options.opus);
    return context.json({ has_speech: await server.detectSpeech(utterance, { signal: context.req.raw.signal }) });
  });

  app.post("/api/asr", async (context) => {
    const utterance = await readUtterance(await audioBody(context.req.raw), options.opus);
    return context.json(await server.recognize(utterance, { signal: context.req.raw.signal, language: "" }));
  });

  app.post("/api/chat", async (context) => {
    const body = await jsonBody(context.req.raw, chatRequest);
    const { signal } = context.req.raw;
    const messages: readonly ChatMessage[] = body.messages?.at(-1)?.role === "user"
      ? body.messages
      : [...body.messages ?? [], { role: "user", content: body.message }];
    const createdAt = clock.wall();
    const events = server.chat({ messages, tools: [], sessionId: body.session_id, deviceId: body.device_id, language: "" }, { signal });
    const onDone = (replyText: string) => {
      const userText = messages.at(-1)?.content ?? "";
      log.add({ id: ids(), sessionId: body.session_id, deviceId: body.device_id, userText, replyText, createdAt });
    };
    return body.stream ? chatStream(events, signal, onDone) : await chatJson(events, onDone);
  });

  app.post("/api/tts", async (context) => {
    const { text, voice } = await jsonBody(context.req.raw, speechRequest);
    const { signal } = context.req.raw;
    const audio = await server.synthesize({ text, language: "", ...(voice === undefined ? {} : { voice }) }, { signal });
    return speechResponse(audio, context.req.header("accept") ?? "");
  });

  app.get("/api/chat/history", (context) =>
    context.json(
      log.since(sinceOf(context.req.query("since"))).map((record) => ({
        id: record.id,
        session_id: record.sessionId,
        device_id: record.deviceId,
        user_text: record.userText,
        ai_response: record.replyText,
        created_at: new Date(record.createdAt ?? 0).toISOString(),
      })),
    ));

  app.get("/health", async (context) => {
    const stages = await server.health({ signal: context.req.raw.signal });
    const failed = stages.some(({ status }) => status === "fail");
    return context.json({ status: failed ? "fail" : "pass", stages }, failed ? 503 : 200);
  });

  return app;
}

/** Compared by hash, so that neither length nor the first wrong character shows in the time taken. */
function assertKey(context: Context, apiKey: string): void {
  if (apiKey === "") return;
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const given = /^Bearer (.+)$/i.exec(context.req.header("authorization") ?? "")?.[1] ?? "";
  if (!timingSafeEqual(digest(given), digest(apiKey))) {
    throw new RequestError(401, "key_wrong", "The key is missing or wrong; send Authorization: Bearer with the key of this server");
  }
}
