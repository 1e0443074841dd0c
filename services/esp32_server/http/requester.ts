/**
 * One HTTP call of a stage: key, time limits, retries where they are safe, typed errors.
 *
 * @module
 */

import { type Clock, delay } from "../../../base/clock.ts";
import { AppError, messageOf } from "../../../base/errors.ts";
import { Deadline } from "../deadline.ts";
import { StageError, type StageFault, type StageName } from "../errors.ts";
import type { HttpFetch, HttpResponse } from "../../near_fetch/mod.ts";
import { BodyTooLarge, readAll } from "./body.ts";
import { RETRY_DELAYS_MS } from "./limits.ts";
import { hide, problemOf } from "./problem.ts";

/** What calls share. */
export interface RequesterOptions {
  readonly baseUrl: string;
  /** Empty for none. */
  readonly apiKey: string;
  readonly clock: Clock;
  readonly fetch: HttpFetch;
  /** The error that a refusal stands for; in the words of the HTTP contract by default. Reads and ends the body. */
  readonly refusal?: (call: Call, response: HttpResponse) => Promise<StageError>;
  /** What to say where no connection could be made, from the words of `fetch`. */
  readonly unreachable?: (reason: string) => string;
}

/** One call. */
export interface Call {
  readonly stage: StageName;
  readonly method: "GET" | "POST";
  /** Below the base, with a slash in front. */
  readonly path: string;
  readonly body?: Uint8Array<ArrayBuffer> | string | FormData;
  readonly contentType?: string;
  readonly accept: string;
  /** Milliseconds until the head of the answer is there, tries together. */
  readonly timeoutMs: number;
}

/** An answer whose status is good. It must be disposed of. */
export interface Answer extends Disposable {
  readonly response: HttpResponse;
  /** Ends the call; arm it for waits. */
  readonly deadline: Deadline;
  /** The error that something thrown while reading the answer stands for. */
  failure(thrown: unknown): unknown;
  /** The body in pieces, the first within the call's time, the others within `idleMs`; `maxBytes` together. Leaving the loop closes the connection. */
  pieces(idleMs: number, maxBytes: number): AsyncGenerator<Uint8Array, void, void>;
  /** The body as JSON, within what is left of the call's time. */
  json(maxBytes: number): Promise<unknown>;
}

/** Makes calls to one server. */
export class Requester {
  readonly #options: RequesterOptions;
  readonly #base: string;

  constructor(options: RequesterOptions) {
    this.#options = options;
    this.#base = options.baseUrl.replace(/\/+$/, "");
  }

  /**
   * Sends a call and resolves with the head of the answer.
   *
   * @throws `StageError`; the signal's reason after an abort.
   */
  async send(call: Call, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const deadline = new Deadline(this.#options.clock, signal);
    const where = `${call.method} ${call.path.split("?")[0]}`;
    deadline.arm(call.timeoutMs, () => new StageError(call.stage, "timeout", `Server did not answer ${where} within ${call.timeoutMs} ms`));
    const failure = (thrown: unknown) => this.#failure(call.stage, where, thrown, deadline);
    try {
      for (let attempt = 0;; attempt++) {
        const pause = RETRY_DELAYS_MS[attempt];
        try {
          const response = await this.#options.fetch(this.#base + call.path, this.#init(call, deadline.signal));
          if (response.ok) return answerOf(call, response, deadline, failure);
          const problem = await (this.#options.refusal?.(call, response) ?? problemOf(call.stage, where, response, this.#options.apiKey));
          if (pause === undefined || call.method !== "GET" || !problem.retryable) throw problem;
        } catch (error) {
          if (pause === undefined || deadline.signal.aborted || error instanceof StageError) throw error;
          if (call.method !== "GET" && !neverSent(error)) throw error;
        }
        await delay(this.#options.clock, pause, deadline.signal);
      }
    } catch (error) {
      deadline[Symbol.dispose]();
      throw failure(error);
    }
  }

  #init(call: Call, signal: AbortSignal): RequestInit {
    const headers: Record<string, string> = { accept: call.accept };
    if (call.contentType !== undefined) headers["content-type"] = call.contentType;
    if (this.#options.apiKey !== "") headers["authorization"] = `Bearer ${this.#options.apiKey}`;
    // A redirect of a POST would become a GET, and could carry the key to another server.
    return { method: call.method, headers, signal, redirect: "manual", ...(call.body === undefined ? {} : { body: call.body }) };
  }

  #failure(stage: StageName, where: string, thrown: unknown, deadline: Deadline): unknown {
    if (deadline.signal.aborted) return deadline.signal.reason;
    if (thrown instanceof StageError) return thrown;
    if (thrown instanceof BodyTooLarge) return new StageError(stage, "too_large", `Answer to ${where}: ${thrown.message}`, thrown);
    const known: Readonly<Record<string, StageFault>> = { event_too_large: "too_large", event_cut_off: "cut_off" };
    const fault = thrown instanceof AppError ? known[thrown.code] ?? "bad_answer" : "unavailable";
    // The cause is left out on purpose: the texts of fetch hold the address, which may hold a password.
    const reason = withCause(thrown).replace(/^.*client error \(\w+\): /s, "").replace(/\bhttps?:\/\/[^\s)]*/g, new URL(this.#base).origin);
    const text = hide(reason, this.#options.apiKey);
    const { unreachable } = this.#options;
    return new StageError(
      stage,
      fault,
      unreachable !== undefined && neverSent(thrown) ? unreachable(text) : `Call ${where} failed: ${text}`,
    );
  }
}

/** Whether fetch failed before anything was sent: no connection was made. */
function neverSent(error: unknown): boolean {
  return error instanceof TypeError && /client error \(Connect\)|tcp connect error|dns error/i.test(withCause(error));
}

/** Deno's fetch says in the cause what happened, since 2.9; other implementations in the message. */
function withCause(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? `${error.message}: ${messageOf(error.cause)}` : messageOf(error);
}

function answerOf(call: Call, response: HttpResponse, deadline: Deadline, failure: Answer["failure"]): Answer {
  const where = `${call.method} ${call.path.split("?")[0]}`;
  return {
    response,
    deadline,
    failure,
    [Symbol.dispose]: () => deadline[Symbol.dispose](),
    async json(maxBytes) {
      let bytes: Uint8Array;
      try {
        // Where the length is known and allowed, one read instead of several rounds through the event loop.
        const length = Number(response.headers.get("content-length") ?? NaN);
        bytes = length <= maxBytes ? await response.bytes() : await readAll(response.body, maxBytes);
      } catch (error) {
        throw failure(error);
      }
      try {
        return JSON.parse(new TextDecoder().decode(bytes));
      } catch {
        throw new StageError(call.stage, "bad_answer", `Answer to ${where} is no JSON (${bytes.length} bytes); a JSON object is needed`);
      }
    },
    async *pieces(idleMs, maxBytes) {
      const pieces = response.body?.[Symbol.asyncIterator]();
      let total = 0;
      try {
        for (;;) {
          if (total > 0) {
            deadline.arm(idleMs, () => new StageError(call.stage, "timeout", `Answer to ${where} stood still for ${idleMs} ms`));
          }
          const next = await pieces?.next();
          // Only waiting for the server counts: the consumer may take its time.
          deadline.disarm();
          if (next === undefined || next.done) return;
          total += next.value.length;
          if (total > maxBytes) throw new BodyTooLarge(maxBytes);
          yield next.value;
        }
      } catch (error) {
        throw failure(error);
      } finally {
        deadline.disarm();
        await pieces?.return?.().catch(() => {});
      }
    },
  };
}
