/**
 * The WebRTC VAD as an engine: no native code, no worker, 16 µs a window. It takes more noise for speech than Silero does (19 % of noise
 * windows against 3 %), so it is the fallback.
 *
 * @module
 */

import type { VadEngine, VadListener, VadStream } from "./engine.ts";
import { VadError } from "./errors.ts";
import { type Fvad, FVAD_WINDOW, loadFvad } from "./fvad.ts";
import { MAX_PENDING_SAMPLES } from "./limits.ts";
import { SampleFifo } from "./sample_fifo.ts";

/**
 * Windows over which yes and no are averaged into a probability (150 ms). With the usual thresholds, 0.5 to start and 0.35 to stop, three
 * voiced windows of five start speech and one of five ends it, so that a single click neither starts nor prolongs it.
 */
const SMOOTHED_WINDOWS = 5;

type FvadMaker = () => Fvad;

/** Makes the engine; the detector is loaded when the first stream is opened. */
export function createWebrtcEngine(load: () => Promise<FvadMaker> = loadFvad): VadEngine {
  let loading: Promise<FvadMaker> | undefined;
  const streams = new Set<WebrtcStream>();
  let closed = false;
  return {
    name: "webrtc",
    windowSamples: FVAD_WINDOW,
    open: (listener, onError) => {
      if (closed) throw new VadError("WebRTC VAD engine is disposed of; open streams before that", { code: "vad_closed" });
      loading ??= load();
      const stream = new WebrtcStream(listener, onError, () => streams.delete(stream));
      streams.add(stream);
      loading.then((make) => stream.start(make())).catch((error) => {
        loading = undefined;
        stream.fail(error);
      });
      return stream;
    },
    [Symbol.asyncDispose]: () => {
      closed = true;
      for (const stream of streams) stream[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}

class WebrtcStream implements VadStream {
  readonly #listener: VadListener;
  readonly #onError: (error: unknown) => void;
  readonly #onClose: () => void;
  readonly #pending = new SampleFifo();
  readonly #window = new Int16Array(FVAD_WINDOW);
  #detector: Fvad | undefined;
  #recent: boolean[] = [];
  #answered = 0;
  #scheduled = false;
  #open = true;

  constructor(listener: VadListener, onError: (error: unknown) => void, onClose: () => void) {
    this.#listener = listener;
    this.#onError = onError;
    this.#onClose = onClose;
  }

  start(detector: Fvad): void {
    if (!this.#open) return detector[Symbol.dispose]();
    this.#detector = detector;
    this.#schedule();
  }

  fail(error: unknown): void {
    if (!this.#open) return;
    this[Symbol.dispose]();
    this.#onError(error);
  }

  push(samples: Int16Array<ArrayBuffer>): void {
    if (!this.#open) return;
    if (this.#pending.length + samples.length > MAX_PENDING_SAMPLES) {
      return this.fail(
        new VadError("WebRTC VAD was pushed more than it can hold while it loads", { code: "vad_overloaded", retryable: true }),
      );
    }
    this.#pending.push(samples.slice());
    this.#schedule();
  }

  reset(): void {
    this.#pending.clear();
    this.#recent = [];
    this.#answered = 0;
    this.#detector?.reset();
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#pending.clear();
    this.#detector?.[Symbol.dispose]();
    this.#onClose();
  }

  /** A listener may reset or dispose of the stream that calls it, and never hears a window before `push` has returned. */
  #schedule(): void {
    if (this.#scheduled || this.#detector === undefined) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#work();
    });
  }

  #work(): void {
    while (this.#open && this.#detector !== undefined && this.#pending.read(this.#window, 0, FVAD_WINDOW)) {
      this.#recent.push(this.#detector.voiced(this.#window));
      if (this.#recent.length > SMOOTHED_WINDOWS) this.#recent.shift();
      this.#answered += FVAD_WINDOW;
      this.#listener({ probability: this.#recent.filter(Boolean).length / SMOOTHED_WINDOWS, endSample: this.#answered });
    }
  }
}
