/**
 * The main thread's side of the Silero worker: starts it, hands its replies to the streams, and turns its end into an error.
 *
 * @module
 */

import { type Transferable, Worker } from "node:worker_threads";
import { messageOf } from "../../base/errors.ts";
import { VadError, type VadErrorCode } from "./errors.ts";
import type { SileroReply, SileroRequest } from "./silero_messages.ts";

/** What a stream wants to hear. */
export interface SileroSubscriber {
  /** The next window's probability, in the epoch it was pushed in. */
  window(epoch: number, probability: number): void;
  /** The worker failed; nothing more comes. */
  fail(error: unknown): void;
}

/** One worker, from its start to its end. */
export class SileroHost implements AsyncDisposable {
  /** Settles when the model is loaded, or cannot be. */
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #subscribers = new Map<number, SileroSubscriber>();
  readonly #settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void };
  #nextId = 1;
  #loading = true;
  #ended = false;

  constructor(url: URL) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#settle = { resolve, reject };
    // Streams hear of a failure through their own callbacks; nobody has to wait for `ready`.
    promise.catch(() => {});
    this.#worker = new Worker(url);
    this.#worker.on("message", (reply: SileroReply) => this.#hear(reply));
    this.#worker.on("error", (cause) => this.#fail(crashed(messageOf(cause), cause)));
    this.#worker.on("exit", (code) => this.#fail(crashed(`exit code ${code}`)));
  }

  /** Whether the worker has ended: nothing more can be sent. */
  get failed(): boolean {
    return this.#ended;
  }

  /** Enters a stream and gives its number. A worker that has failed already reports so soon after. */
  attach(subscriber: SileroSubscriber): number {
    const id = this.#nextId++;
    this.#subscribers.set(id, subscriber);
    this.#worker.ref();
    return id;
  }

  /** Takes a stream out. */
  detach(id: number): void {
    if (!this.#subscribers.delete(id)) return;
    this.send({ type: "drop", stream: id });
    this.#release();
  }

  /** Sends a request, if there is still somebody to take it. */
  send(request: SileroRequest, transfer: Transferable[] = []): void {
    if (!this.#ended) this.#worker.postMessage(request, transfer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    this.#subscribers.clear();
    this.#settle.reject(new VadError("Silero engine was disposed of while it loaded", { code: "vad_closed" }));
    await this.#worker.terminate();
  }

  #hear(reply: SileroReply): void {
    if (this.#ended) return;
    if (reply.type === "ready") {
      this.#loading = false;
      this.#release();
      return this.#settle.resolve();
    }
    if (reply.type === "failed") {
      return this.#fail(new VadError(`Silero cannot run: ${reply.message}`, { code: (reply.code ?? "vad_crashed") as VadErrorCode }));
    }
    reply.streams.forEach((stream, index) => {
      this.#subscribers.get(stream)?.window(reply.epochs[index] ?? -1, reply.probabilities[index] ?? 0);
    });
  }

  /** Lets the process end when nobody waits for the worker any more. */
  #release(): void {
    if (!this.#loading && this.#subscribers.size === 0) this.#worker.unref();
  }

  #fail(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#settle.reject(error);
    const subscribers = [...this.#subscribers.values()];
    this.#subscribers.clear();
    for (const subscriber of subscribers) subscriber.fail(error);
    this.#worker.terminate().catch(() => {});
  }
}

function crashed(what: string, cause?: unknown): VadError {
  return new VadError(`Silero worker ended unexpectedly: ${what}`, { code: "vad_crashed", retryable: true, cause });
}
