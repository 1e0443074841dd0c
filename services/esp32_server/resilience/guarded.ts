/**
 * Time limits around a whole ESP32 server, for one that keeps none of its own.
 *
 * @module
 */

import type { Pulled } from "../../../audio/abortable.ts";
import type { SpeechAudio, Utterance } from "../../../audio/types.ts";
import type { Clock } from "../../../base/clock.ts";
import type { StageName } from "../errors.ts";
import type { StageTimeouts } from "../options.ts";
import type { ChatEvent, ChatRequest, Esp32Server, RemoteRecord, SpeechRequest, StageHealth, StageOptions, Transcript } from "../stages.ts";
import { Guard } from "./guard.ts";
import { lateError } from "./limits.ts";

/** What {@link guarded} needs. */
export interface GuardedOptions {
  readonly clock: Clock;
  readonly timeoutMs: StageTimeouts;
  /** For error texts. */
  readonly name: string;
}

/** A page of history is a query and some hundred kilobytes: the same order as a recognition. */
const HISTORY_MS = 15_000;

/** Health is asked by people who wait for the answer. */
const HEALTH_MS = 5_000;

/**
 * The same server, which rejects with `StageError` (fault `timeout`) when an answer does not begin or stands still. What is too late is
 * aborted and closed, even where it does not listen.
 */
export function guarded(server: Esp32Server, options: GuardedOptions): Esp32Server {
  return new Guarded(server, options);
}

class Guarded implements Esp32Server {
  readonly #server: Esp32Server;
  readonly #options: GuardedOptions;

  constructor(server: Esp32Server, options: GuardedOptions) {
    this.#server = server;
    this.#options = options;
  }

  detectSpeech(utterance: Utterance, { signal }: StageOptions): Promise<boolean> {
    return this.#once("detect", signal, this.#options.timeoutMs.detect, (signal) => this.#server.detectSpeech(utterance, { signal }));
  }

  recognize(utterance: Utterance, { signal, language }: StageOptions & { readonly language: string }): Promise<Transcript> {
    const { recognize } = this.#options.timeoutMs;
    return this.#once("recognize", signal, recognize, (signal) => this.#server.recognize(utterance, { signal, language }));
  }

  async *chat(request: ChatRequest, { signal }: StageOptions): AsyncGenerator<ChatEvent, void, void> {
    const { chatFirstToken, chatIdle } = this.#options.timeoutMs;
    using guard = this.#guard("chat", signal, chatFirstToken, chatIdle);
    for await (const event of guard.items(this.#server.chat(request, { signal: guard.signal }))) {
      guard.begun();
      yield event;
    }
  }

  /** The first time limit is for all that happens before the first piece of sound. */
  async synthesize(request: SpeechRequest, { signal }: StageOptions): Promise<SpeechAudio> {
    const { synthesizeFirstAudio, synthesizeIdle } = this.#options.timeoutMs;
    const guard = this.#guard("synthesize", signal, synthesizeFirstAudio, synthesizeIdle);
    try {
      const audio = await guard.call((signal) => this.#server.synthesize(request, { signal }));
      return audio.kind === "pcm"
        ? { ...audio, chunks: await begunWith(guard, audio.chunks) }
        : { ...audio, packets: await begunWith(guard, audio.packets) };
    } catch (error) {
      guard[Symbol.dispose]();
      throw error;
    }
  }

  recentHistory(since: number, { signal }: StageOptions): Promise<readonly RemoteRecord[]> {
    return this.#once("history", signal, HISTORY_MS, (signal) => this.#server.recentHistory(since, { signal }));
  }

  health({ signal }: StageOptions): Promise<readonly StageHealth[]> {
    return this.#once("health", signal, HEALTH_MS, (signal) => this.#server.health({ signal }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  async #once<T>(stage: StageName, signal: AbortSignal, ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    using guard = this.#guard(stage, signal, ms);
    return await guard.call(work);
  }

  #guard(stage: StageName, signal: AbortSignal, firstMs: number, idleMs?: number): Guard {
    const { clock, name } = this.#options;
    return new Guard({ clock, signal, firstMs, late: lateError(stage, name), ...(idleMs === undefined ? {} : { idleMs }) });
  }
}

/** Resolves when the first item or the end is there, with all items. */
async function begunWith<T>(guard: Guard, source: AsyncIterable<T>): Promise<AsyncGenerator<T, void, void>> {
  const rest = guard.items(source);
  const first = await rest.next();
  guard.begun();
  return all(first, rest);
}

async function* all<T>(first: IteratorResult<T, void>, rest: Pulled<T>): AsyncGenerator<T, void, void> {
  try {
    if (first.done) return;
    yield first.value;
    yield* rest;
  } finally {
    await rest.return();
  }
}
