/**
 * What devices remember of earlier conversations, made by the chat stage in the background.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { pull } from "../../audio/abortable.ts";
import type { Clock } from "../../base/clock.ts";
import { AppError, messageOf } from "../../base/errors.ts";
import type { ChatMessage, ChatStage } from "../../services/esp32_server/stages.ts";
import type { DeviceStore } from "../../services/history/device_store.ts";
import type { HistoryStore, StoredTurn, TurnRecord } from "../../services/history/store.ts";
import { DAILY_LIMIT } from "./allowance.ts";
import { MAX_MEMORY_TURNS, memoryMessages, memoryOf } from "./memory_prompt.ts";

/** Turns after which the memory is renewed while the conversation goes on. */
const RENEW_TURNS = 10;

/** How long a summary may take, milliseconds: nobody waits for it, but a chat stage that hangs must not keep it for ever. */
const SUMMARY_MS = 60_000;

/** Summaries made at once: a hundred devices that say goodbye together must not take the chat stage from those that speak. */
const AT_ONCE = 2;

/** Characters of an answer that are read: what a model writes beyond it would be cut off anyway. */
const MAX_ANSWER_CHARS = 4000;

/** What {@link Memories} needs. */
export interface MemoriesOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** A language model: what it is asked for is not for an assistant of fixed answers. */
  readonly chat: ChatStage;
  readonly store: Pick<DeviceStore, "memoryOf" | "saveMemory">;
  readonly history: Pick<HistoryStore, "listTurns">;
}

/**
 * The memories of all devices. A summary is made from the turns in the history that began after the last one that it covers, so that
 * turns which a restart or a failure left over are in the next.
 */
export class Memories implements AsyncDisposable {
  readonly #options: MemoriesOptions;
  readonly #stop = new AbortController();
  readonly #renewing = new Map<string, Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: MemoriesOptions) {
    this.#options = options;
  }

  /** What one connection of a device needs of it. */
  of(deviceId: string): SessionMemory {
    return new SessionMemory(deviceId, this, this.#options);
  }

  /** Renews the memory of a device in the background, where it is not being renewed already. Never rejects: a failure is logged. */
  renew(deviceId: string): Promise<void> {
    const running = this.#renewing.get(deviceId);
    if (running !== undefined || this.#stop.signal.aborted) return running ?? Promise.resolve();
    const renewing = this.#inTurn(() => this.#make(deviceId))
      .catch((error) => {
        if (this.#stop.signal.aborted) return;
        this.#options.logger.warn("The memory of device {deviceId} was not renewed: {error}", { deviceId, error: messageOf(error) });
      })
      .finally(() => this.#renewing.delete(deviceId));
    this.#renewing.set(deviceId, renewing);
    return renewing;
  }

  /** Ends what is under way; what it would have covered is in the next summary. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new AppError("The server stops", { code: "memory_stopped" }));
    this.#waiting.splice(0).forEach((begin) => begin());
    await Promise.all(this.#renewing.values());
  }

  async #inTurn(make: () => Promise<void>): Promise<void> {
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    try {
      this.#stop.signal.throwIfAborted();
      await make();
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  async #make(deviceId: string): Promise<void> {
    const { store, history } = this.#options;
    const before = await store.memoryOf(deviceId);
    const covered = before?.coversUntil ?? -Infinity;
    const turns = (await history.listTurns({ deviceId, limit: MAX_MEMORY_TURNS })).filter((turn) =>
      turn.startedAt > covered && isTalk(turn)
    );
    const last = turns.at(-1);
    if (last === undefined) return;
    const summary = memoryOf(await this.#ask(deviceId, memoryMessages(before?.summary ?? "", turns)));
    if (summary === "") throw new AppError("The chat stage answered with nothing", { code: "memory_empty", retryable: true });
    await store.saveMemory({ deviceId, summary, coversUntil: last.startedAt, version: (before?.version ?? 0) + 1 });
  }

  async #ask(deviceId: string, messages: readonly ChatMessage[]): Promise<string> {
    const { clock, chat } = this.#options;
    const late = new AbortController();
    const error = new AppError(`The chat stage made no summary within ${SUMMARY_MS / 1000} s`, { code: "memory_timeout", retryable: true });
    const timer = clock.setTimeout(() => late.abort(error), SUMMARY_MS);
    const signal = AbortSignal.any([this.#stop.signal, late.signal]);
    // A session of its own: a chat stage that keeps sessions must not take this for a part of the conversation.
    const request = { messages, tools: [], sessionId: `memory-${deviceId}`, deviceId, language: "auto" };
    try {
      let answer = "";
      for await (const event of pull(chat.chat(request, { signal }), signal)) {
        if (event.type === "text") answer += event.text;
        if (answer.length > MAX_ANSWER_CHARS) break;
      }
      return answer;
    } finally {
      clock.clearTimeout(timer);
    }
  }
}

/** The memory as one connection uses it. */
export class SessionMemory {
  readonly #deviceId: string;
  readonly #memories: Memories;
  readonly #options: Pick<MemoriesOptions, "store" | "logger">;
  #text = "";
  #turns = 0;

  constructor(deviceId: string, memories: Memories, options: Pick<MemoriesOptions, "store" | "logger">) {
    this.#deviceId = deviceId;
    this.#memories = memories;
    this.#options = options;
  }

  /** What is remembered, as far as this connection knows; empty where nothing is. */
  get text(): string {
    return this.#text;
  }

  /** Reads it anew. Never rejects: a failure is logged. */
  async load(): Promise<void> {
    const { store, logger } = this.#options;
    const deviceId = this.#deviceId;
    try {
      this.#text = (await store.memoryOf(deviceId))?.summary ?? "";
    } catch (error) {
      logger.warn("The memory of device {deviceId} cannot be read: {error}", { deviceId, error: messageOf(error) });
    }
  }

  /** Takes notice of a turn that was committed: what was forgotten in the meantime is gone from the next, and some turns are enough for a renewal. */
  async committed(turn: TurnRecord): Promise<void> {
    if (isTalk(turn)) this.#turns++;
    if (this.#turns >= RENEW_TURNS) {
      this.#turns = 0;
      await this.#memories.renew(this.#deviceId);
    }
    await this.load();
  }

  /** The connection is over. */
  ended(): void {
    if (this.#turns > 0) this.#memories.renew(this.#deviceId);
    this.#turns = 0;
  }
}

/** Whether a turn is something that was talked about. */
function isTalk({ userText, source, error }: StoredTurn | TurnRecord): boolean {
  return userText !== "" && source !== "wake" && source !== "say" && error?.code !== DAILY_LIMIT;
}
