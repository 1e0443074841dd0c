/**
 * Silero VAD v5 (MIT) on onnxruntime-node: one model in one worker for all streams. Worker and model are loaded when the first stream is
 * opened.
 *
 * @module
 */

import type { VadEngine, VadListener, VadStream } from "./engine.ts";
import { VadError } from "./errors.ts";
import { MAX_PENDING_SAMPLES, VAD_SAMPLE_RATE } from "./limits.ts";
import { SileroHost } from "./silero_host.ts";
import { SILERO_WINDOW } from "./silero_model.ts";

/** Options of {@link createSileroEngine}. */
export interface SileroOptions {
  /** The worker's module; silero_worker.ts by default. */
  readonly workerUrl?: URL;
}

/** The Silero engine, which can also be asked whether it works at all. */
export interface SileroEngine extends VadEngine {
  /**
   * Loads worker and model, once.
   *
   * @throws {@link VadError} when they cannot be loaded.
   */
  ready(): Promise<void>;
}

/**
 * Makes the engine; nothing is loaded yet. When the worker fails, every stream open at that time hears it once through its `onError`, and
 * the next stream to be opened starts a new worker. The worker keeps the process from ending only while a stream is open.
 */
export function createSileroEngine(options: SileroOptions = {}): SileroEngine {
  const url = options.workerUrl ?? new URL("./silero_worker.ts", import.meta.url);
  let host: SileroHost | undefined;
  let closed = false;

  const current = (): SileroHost => {
    if (closed) throw new VadError("Silero engine is disposed of; open streams before that", { code: "vad_closed" });
    if (host === undefined || host.failed) host = new SileroHost(url);
    return host;
  };

  return {
    name: "silero",
    windowSamples: SILERO_WINDOW,
    ready: async () => await current().ready,
    open: (listener, onError) => new SileroStream(current(), listener, onError),
    [Symbol.asyncDispose]: async () => {
      closed = true;
      await host?.[Symbol.asyncDispose]();
    },
  };
}

class SileroStream implements VadStream {
  readonly #host: SileroHost;
  readonly #listener: VadListener;
  readonly #onError: (error: unknown) => void;
  readonly #id: number;
  #epoch = 0;
  #pushed = 0;
  #answered = 0;
  #open = true;

  constructor(host: SileroHost, listener: VadListener, onError: (error: unknown) => void) {
    this.#host = host;
    this.#listener = listener;
    this.#onError = onError;
    this.#id = host.attach({ window: (epoch, probability) => this.#window(epoch, probability), fail: (error) => this.#fail(error) });
  }

  push(samples: Int16Array<ArrayBuffer>): void {
    if (!this.#open || samples.length === 0) return;
    this.#pushed += samples.length;
    if (this.#pushed - this.#answered > MAX_PENDING_SAMPLES) {
      const seconds = MAX_PENDING_SAMPLES / VAD_SAMPLE_RATE;
      const message =
        `Silero is more than ${seconds} s of audio behind; the machine is too slow for its streams, audio.vad.engine "webrtc" is cheaper`;
      return this.#fail(new VadError(message, { code: "vad_overloaded", retryable: true }));
    }
    // A copy of its own: cloning a view would clone the whole buffer behind it.
    const copy = samples.slice();
    this.#host.send({ type: "push", stream: this.#id, epoch: this.#epoch, samples: copy }, [copy.buffer]);
  }

  reset(): void {
    if (!this.#open) return;
    this.#epoch++;
    this.#pushed = 0;
    this.#answered = 0;
    this.#host.send({ type: "drop", stream: this.#id });
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#host.detach(this.#id);
  }

  #window(epoch: number, probability: number): void {
    if (!this.#open || epoch !== this.#epoch) return;
    this.#answered += SILERO_WINDOW;
    this.#listener({ probability, endSample: this.#answered });
  }

  #fail(error: unknown): void {
    if (!this.#open) return;
    this[Symbol.dispose]();
    this.#onError(error);
  }
}
