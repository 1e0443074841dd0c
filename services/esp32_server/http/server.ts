/**
 * The stages done by a server that speaks the HTTP contract: POST /api/vad, /api/asr, /api/chat, /api/tts, GET /api/chat/history, /health.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { SpeechAudio, Utterance } from "../../../audio/types.ts";
import type { Clock } from "../../../base/clock.ts";
import { messageOf } from "../../../base/errors.ts";
import type { HttpFetch } from "../../near_fetch/mod.ts";
import { audible } from "../audible.ts";
import { StageError, type StageName } from "../errors.ts";
import type { StageTimeouts } from "../options.ts";
import type { ChatEvent, ChatRequest, Esp32Server, RemoteRecord, SpeechRequest, StageHealth, StageOptions, Transcript } from "../stages.ts";
import { chatBody, readChat } from "./chat.ts";
import { readHistory } from "./history.ts";
import { HEALTH_MS, HISTORY_MS, MAX_AUDIO_BYTES, MAX_HISTORY_BYTES, MAX_JSON_BYTES } from "./limits.ts";
import { Requester } from "./requester.ts";
import { readSpeech, SPEECH_ACCEPT } from "./speech.ts";
import { utteranceBody } from "./utterance_body.ts";

/** The contract's default voice. */
export const DEFAULT_VOICE = "zh-CN-XiaoxiaoNeural";

/** What the client is made with. */
export interface HttpServerOptions {
  readonly baseUrl: string;
  /** Sent as a Bearer token; empty for none. */
  readonly apiKey: string;
  readonly timeoutMs: StageTimeouts;
  readonly audioFormat: "wav" | "ogg";
  /** Fold earlier turns into `message`, for servers that ignore `messages`. */
  readonly foldContext: boolean;
  /** Voice where a request names none; empty for the contract's default. */
  readonly voice: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly fetch: HttpFetch;
}

/** Client of the HTTP contract. */
export class HttpServer implements Esp32Server {
  readonly #options: HttpServerOptions;
  readonly #requester: Requester;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#requester = new Requester(options);
  }

  async detectSpeech(utterance: Utterance, { signal }: StageOptions): Promise<boolean> {
    const answer = await this.#sendAudio("detect", "/api/vad", utterance, this.#options.timeoutMs.detect, signal);
    if (typeof answer["has_speech"] !== "boolean") throw missing("detect", "/api/vad", '{"has_speech": true}');
    return answer["has_speech"];
  }

  async recognize(utterance: Utterance, { signal }: StageOptions & { readonly language: string }): Promise<Transcript> {
    const { text, language } = await this.#sendAudio("recognize", "/api/asr", utterance, this.#options.timeoutMs.recognize, signal);
    if (typeof text !== "string") throw missing("recognize", "/api/asr", '{"text": "…"}');
    return typeof language === "string" && language !== "" ? { text: text.trim(), language } : { text: text.trim() };
  }

  async *chat(request: ChatRequest, { signal }: StageOptions): AsyncGenerator<ChatEvent, void, void> {
    const { timeoutMs, foldContext } = this.#options;
    const call = { stage: "chat", method: "POST", path: "/api/chat", contentType: "application/json" } as const;
    const accept = "text/event-stream, application/json;q=0.9";
    using answer = await this.#requester.send(
      { ...call, accept, body: chatBody(request, foldContext), timeoutMs: timeoutMs.chatFirstToken },
      signal,
    );
    yield* readChat(answer, timeoutMs.chatIdle);
  }

  async synthesize(request: SpeechRequest, { signal }: StageOptions): Promise<SpeechAudio> {
    const { timeoutMs, voice } = this.#options;
    const body = JSON.stringify({ text: request.text, voice: request.voice ?? (voice === "" ? DEFAULT_VOICE : voice) });
    const call = { stage: "synthesize", method: "POST", path: "/api/tts", contentType: "application/json" } as const;
    const answer = await this.#requester.send({ ...call, accept: SPEECH_ACCEPT, body, timeoutMs: timeoutMs.synthesizeFirstAudio }, signal);
    const bytes = async function* () {
      using _ = answer;
      yield* answer.pieces(timeoutMs.synthesizeIdle, MAX_AUDIO_BYTES);
    };
    return audible(await readSpeech(answer.response.headers.get("content-type") ?? "", bytes()), request.text);
  }

  async recentHistory(since: number, { signal }: StageOptions): Promise<readonly RemoteRecord[]> {
    const path = `/api/chat/history?since=${encodeURIComponent(new Date(since).toISOString())}`;
    const answer = await this.#json({ stage: "history", method: "GET", path, timeoutMs: HISTORY_MS }, MAX_HISTORY_BYTES, signal);
    const { records, skipped } = await readHistory(answer);
    if (skipped > 0) {
      this.#options.logger.warn("History list had {skipped} entries that are no records, of {total}", {
        skipped,
        total: skipped + records.length,
      });
    }
    return records;
  }

  async health({ signal }: StageOptions): Promise<readonly StageHealth[]> {
    const provider = `http (${new URL(this.#options.baseUrl).host})`;
    let verdict: Pick<StageHealth, "status" | "note">;
    try {
      using answer = await this.#requester.send(
        { stage: "health", method: "GET", path: "/health", accept: "application/json, */*;q=0.1", timeoutMs: HEALTH_MS },
        signal,
      );
      verdict = await verdictOf(answer);
    } catch (error) {
      signal.throwIfAborted();
      verdict = { status: "fail", note: messageOf(error) };
    }
    return ["detect", "recognize", "chat", "synthesize"].map((stage) => ({ stage, provider, ...verdict }));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  async #sendAudio(
    stage: StageName,
    path: string,
    utterance: Utterance,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Record<string, unknown>> {
    const audio = utteranceBody(utterance, this.#options.audioFormat);
    return Object(await this.#json({ stage, method: "POST", path, ...audio, timeoutMs }, MAX_JSON_BYTES, signal)) as Record<
      string,
      unknown
    >;
  }

  async #json(call: Omit<Parameters<Requester["send"]>[0], "accept">, maxBytes: number, signal: AbortSignal): Promise<unknown> {
    using answer = await this.#requester.send({ ...call, accept: "application/json" }, signal);
    return await answer.json(maxBytes);
  }
}

/** A server that is up may say itself that it is not well. */
async function verdictOf(answer: Awaited<ReturnType<Requester["send"]>>): Promise<Pick<StageHealth, "status" | "note">> {
  if (!/json/i.test(answer.response.headers.get("content-type") ?? "")) {
    await answer.response.body?.cancel();
    return { status: "pass" };
  }
  const { status } = Object(await answer.json(MAX_JSON_BYTES)) as { status?: unknown };
  if (typeof status !== "string" || /^(pass|ok|healthy|up|well)$/i.test(status)) return { status: "pass" };
  const fails = /^(fail|error|down|unhealthy)$/i.test(status);
  return { status: fails ? "fail" : "warn", note: `Server says of itself: ${status.slice(0, 60)}` };
}

function missing(stage: StageName, path: string, right: string): StageError {
  return new StageError(stage, "bad_answer", `Answer to POST ${path} lacks what the contract says; ${right} is needed`);
}
