/**
 * The workers that encode, and the streams on them.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { AudioError } from "../errors.ts";
import type { EncoderOptions } from "./codec.ts";
import type { EncoderAnswer, EncoderRequest } from "./worker_messages.ts";

/**
 * Requests that a worker holds at a time. One more than it works on, so that it never waits for this thread; no more, so that what is urgent
 * passes what is not: a request is up to two frames, some 2 ms.
 */
const MAX_IN_WORKER = 2;

/** A request without the number of the stream it is for. */
type StreamRequest = EncoderRequest extends infer Request ? Request extends EncoderRequest ? Omit<Request, "stream"> : never : never;

interface Waiter {
  readonly resolve: (packets: readonly Uint8Array<ArrayBuffer>[]) => void;
  readonly reject: (error: unknown) => void;
}

/** A stream, pinned to the worker it was opened on. */
export class EncoderStream {
  readonly #send: (request: StreamRequest, transfer: ArrayBuffer[]) => void;
  readonly #frameMs: number;
  #dueAt: number;
  #waiter: Waiter | undefined;
  #failure: unknown;

  /** Used by {@link EncoderPool}. `dueAt` is when the first frame is wanted, in milliseconds of the pool's clock. */
  constructor(send: (request: StreamRequest, transfer: ArrayBuffer[]) => void, dueAt: number, frameMs: number) {
    this.#send = send;
    this.#dueAt = dueAt;
    this.#frameMs = frameMs;
  }

  /** When the next frame is wanted: each plays as long as it lasts. */
  get dueAt(): number {
    return this.#dueAt;
  }

  /** Whether it takes requests. */
  get open(): boolean {
    return this.#failure === undefined;
  }

  /**
   * Hands audio over and resolves with the packets that it completes. One request at a time.
   *
   * @throws `AudioError`, and after {@link EncoderStream.close} its reason.
   */
  request(request: StreamRequest, transfer: ArrayBuffer[] = []): Promise<readonly Uint8Array<ArrayBuffer>[]> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
      this.#send(request, transfer);
    });
  }

  /** Frees the stream's state in the worker; a request under way is rejected with `reason`. */
  close(reason: unknown = new AudioError("Encoder stream is closed", { code: "audio_closed" })): void {
    if (this.#failure !== undefined) return;
    this.fail(reason);
    this.#send({ type: "close" }, []);
  }

  /** Used by {@link EncoderPool}: packets arrived. */
  deliver(packets: readonly Uint8Array<ArrayBuffer>[]): void {
    this.#dueAt += packets.length * this.#frameMs;
    this.#waiter?.resolve(packets);
    this.#waiter = undefined;
  }

  /** Used by {@link EncoderPool}: nothing more will arrive. */
  fail(error: unknown): void {
    this.#failure ??= error;
    this.#waiter?.reject(error);
    this.#waiter = undefined;
  }
}

interface Waiting {
  readonly request: EncoderRequest;
  readonly transfer: ArrayBuffer[];
}

interface EncoderWorker {
  readonly worker: Worker;
  readonly streams: Map<number, EncoderStream>;
  /** Streams whose request the worker holds. */
  readonly busy: Set<number>;
  /** Requests of other streams: one a stream. */
  readonly waiting: Map<number, Waiting>;
}

/**
 * At most `size` workers, each started when it is needed first. A worker gets the request first whose frames are wanted first: a reply that
 * is seconds ahead of the ear waits for one that has not begun.
 */
export class EncoderPool implements Disposable {
  readonly #size: number;
  readonly #spawn: () => Worker;
  readonly #clock: Clock;
  readonly #workers = new Set<EncoderWorker>();
  #nextStream = 1;

  constructor(size: number, spawn: () => Worker, clock: Clock) {
    this.#size = size;
    this.#spawn = spawn;
    this.#clock = clock;
  }

  /** Workers that run. */
  get workers(): number {
    return this.#workers.size;
  }

  /** Streams whose state is held by a worker. */
  get streams(): number {
    let sum = 0;
    for (const { streams } of this.#workers) sum += streams.size;
    return sum;
  }

  /** Opens a stream on the worker with the fewest. Its first frame is wanted in `slackMs` milliseconds. */
  open(inputRate: number, options: EncoderOptions, slackMs: number): EncoderStream {
    const host = this.#host();
    const id = this.#nextStream++;
    const send = (request: StreamRequest, transfer: ArrayBuffer[]) => submit(host, { request: { ...request, stream: id }, transfer });
    const stream = new EncoderStream(send, this.#clock.now() + slackMs, options.frameMs);
    host.streams.set(id, stream);
    host.worker.postMessage({ type: "open", stream: id, inputRate, options } satisfies EncoderRequest);
    return stream;
  }

  [Symbol.dispose](): void {
    const closed = new AudioError("Encoder is closed", { code: "audio_closed" });
    for (const host of [...this.#workers]) this.#end(host, closed);
  }

  #host(): EncoderWorker {
    const [best] = [...this.#workers].sort((a, b) => load(a) - load(b));
    if (best !== undefined && (load(best) === 0 || this.#workers.size >= this.#size)) return best;
    const host: EncoderWorker = { worker: this.#spawn(), streams: new Map(), busy: new Set(), waiting: new Map() };
    host.worker.onmessage = (event: MessageEvent<EncoderAnswer>) => receive(host, event.data);
    host.worker.onerror = (event) => {
      // Without this the error would end the whole process.
      event.preventDefault();
      const cause = event.error ?? new Error(event.message);
      const message = `Encoder worker crashed: ${event.message}; encode again, a new worker is started`;
      this.#end(host, new AudioError(message, { code: "encoder_crashed", retryable: true, cause }));
    };
    this.#workers.add(host);
    return host;
  }

  #end(host: EncoderWorker, error: AudioError): void {
    this.#workers.delete(host);
    host.worker.terminate();
    for (const stream of host.streams.values()) stream.fail(error);
    host.streams.clear();
    host.waiting.clear();
  }
}

function submit(host: EncoderWorker, waiting: Waiting): void {
  const { request, transfer } = waiting;
  if (request.type === "close") {
    host.waiting.delete(request.stream);
    host.worker.postMessage(request);
    return;
  }
  if (host.busy.size >= MAX_IN_WORKER) {
    host.waiting.set(request.stream, waiting);
    return;
  }
  host.busy.add(request.stream);
  host.worker.postMessage(request, transfer);
}

/** Gives the worker the next request, where one waits. */
function next(host: EncoderWorker): void {
  const dueAt = (stream: number) => host.streams.get(stream)?.dueAt ?? Infinity;
  let first: number | undefined;
  for (const stream of host.waiting.keys()) {
    if (first === undefined || dueAt(stream) < dueAt(first)) first = stream;
  }
  const waiting = first === undefined ? undefined : host.waiting.get(first);
  if (first === undefined || waiting === undefined) return;
  host.waiting.delete(first);
  submit(host, waiting);
}

function load(host: EncoderWorker): number {
  return [...host.streams.values()].filter((stream) => stream.open).length;
}

function receive(host: EncoderWorker, answer: EncoderAnswer): void {
  const stream = host.streams.get(answer.stream);
  switch (answer.type) {
    case "packets":
      stream?.deliver(answer.packets);
      break;
    case "failed":
      stream?.close(new AudioError(answer.message, { code: answer.code }));
      break;
    case "closed":
      host.streams.delete(answer.stream);
  }
  if (host.busy.delete(answer.stream)) next(host);
}
