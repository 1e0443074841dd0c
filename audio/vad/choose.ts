/**
 * Which VAD engine runs.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { messageOf } from "../../base/errors.ts";
import type { VadEngine, VadListener, VadStream } from "./engine.ts";
import { VadError } from "./errors.ts";
import { MAX_PENDING_SAMPLES } from "./limits.ts";
import { SampleFifo } from "./sample_fifo.ts";
import { createSileroEngine, type SileroEngine } from "./silero.ts";
import { createWebrtcEngine } from "./webrtc.ts";

/** The engines that can be asked for; `auto` is Silero where it runs, else WebRTC. */
export type VadEngineName = "auto" | "silero" | "webrtc";

/** Options of {@link createVadEngine}. */
export interface VadEngineOptions {
  readonly engine: VadEngineName;
  readonly logger: Logger;
  /** The engines to choose from; the real ones by default. */
  readonly engines?: { silero(): SileroEngine; webrtc(): VadEngine };
}

/**
 * Makes the engine; nothing is loaded before the first stream is opened. With `auto`, `name` is `auto` until then and the chosen engine's
 * name after it, and `windowSamples` is the chosen engine's from the first window on.
 */
export function createVadEngine(options: VadEngineOptions): VadEngine {
  const engines = options.engines ?? { silero: () => createSileroEngine(), webrtc: () => createWebrtcEngine() };
  if (options.engine === "silero") return engines.silero();
  if (options.engine === "webrtc") return engines.webrtc();
  return new AutoEngine(engines.silero(), engines.webrtc, options.logger);
}

class AutoEngine implements VadEngine {
  readonly #silero: SileroEngine;
  readonly #makeWebrtc: () => VadEngine;
  readonly #logger: Logger;
  #chosen: VadEngine | undefined;
  #choosing: Promise<VadEngine> | undefined;
  #closed = false;

  constructor(silero: SileroEngine, makeWebrtc: () => VadEngine, logger: Logger) {
    this.#silero = silero;
    this.#makeWebrtc = makeWebrtc;
    this.#logger = logger;
  }

  get name(): string {
    return this.#chosen?.name ?? "auto";
  }

  get windowSamples(): number {
    return (this.#chosen ?? this.#silero).windowSamples;
  }

  open(listener: VadListener, onError: (error: unknown) => void): VadStream {
    if (this.#closed) throw new VadError("VAD engine is disposed of; open streams before that", { code: "vad_closed" });
    const failed = (error: unknown) => {
      // A worker that died may not come back: the next stream finds out, and falls back if so.
      if (this.#chosen === this.#silero) this.#chosen = this.#choosing = undefined;
      onError(error);
    };
    if (this.#chosen !== undefined) return this.#chosen.open(listener, failed);
    this.#choosing ??= this.#choose();
    const stream = new WaitingStream(failed);
    this.#choosing.then((engine) => stream.start(() => engine.open(listener, failed))).catch((error) => {
      if (!this.#closed) stream.fail(error);
    });
    return stream;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#silero[Symbol.asyncDispose]();
    if (this.#chosen !== this.#silero) await this.#chosen?.[Symbol.asyncDispose]();
  }

  async #choose(): Promise<VadEngine> {
    try {
      await this.#silero.ready();
      this.#chosen = this.#silero;
    } catch (error) {
      if (this.#closed) throw error;
      this.#logger.warn(
        "Speech detection falls back from silero to webrtc, which takes more noise for speech: {reason}. " +
          'Run "deno install" on a glibc system and allow ffi for ./node_modules, or set audio.vad.engine to "webrtc" to choose it on purpose',
        { reason: messageOf(error) },
      );
      this.#chosen = this.#makeWebrtc();
    }
    return this.#chosen;
  }
}

/** Keeps samples until the choice is made. */
class WaitingStream implements VadStream {
  readonly #onError: (error: unknown) => void;
  readonly #waiting = new SampleFifo();
  #stream: VadStream | undefined;
  #open = true;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  start(open: () => VadStream): void {
    if (!this.#open) return;
    this.#stream = open();
    const samples = new Int16Array(this.#waiting.length);
    this.#waiting.read(samples, 0, samples.length);
    this.#stream.push(samples);
  }

  fail(error: unknown): void {
    if (!this.#open) return;
    this[Symbol.dispose]();
    this.#onError(error);
  }

  push(samples: Int16Array<ArrayBuffer>): void {
    if (!this.#open) return;
    if (this.#stream !== undefined) return this.#stream.push(samples);
    if (this.#waiting.length + samples.length > MAX_PENDING_SAMPLES) {
      return this.fail(new VadError("VAD was pushed more than it can hold while it loads", { code: "vad_overloaded", retryable: true }));
    }
    this.#waiting.push(samples.slice());
  }

  reset(): void {
    this.#waiting.clear();
    this.#stream?.reset();
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#waiting.clear();
    this.#stream?.[Symbol.dispose]();
  }
}
