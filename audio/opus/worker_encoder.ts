/**
 * The frame encoder of the runtime: encodes in workers, because a frame costs up to 2 ms of CPU, which the main thread cannot spare.
 *
 * @module
 */

import { type Clock, systemClock } from "../../base/clock.ts";
import { pull } from "../abortable.ts";
import { AudioError } from "../errors.ts";
import { resampleLookAhead } from "../resample_filter.ts";
import type { DownlinkFormat, SpeechAudio } from "../types.ts";
import { sampleBatches } from "./batches.ts";
import { EncoderPool, type EncoderStream } from "./encoder_pool.ts";
import type { EncodeOptions, FrameEncoder } from "./frame_encoder.ts";
import { repacketize } from "./repacketize.ts";

/** What {@link createFrameEncoder} takes. */
export interface FrameEncoderOptions {
  /** Most workers at a time; each is started when it is needed first. */
  readonly workers: number;
  /** Opus complexity, 0 (cheap) to 10 (best). */
  readonly complexity: number;
  /** Bits per second. */
  readonly bitrate: number;
  /** Starts a worker; for tests. */
  readonly spawn?: () => Worker;
  /** The machine's by default. */
  readonly clock?: Clock;
}

/** A {@link FrameEncoder} that says how busy it is. */
export interface WorkerFrameEncoder extends FrameEncoder {
  /** Streams whose encoder state is held by a worker. */
  readonly activeStreams: number;
  /** Workers that run. */
  readonly workers: number;
}

/**
 * Makes the frame encoder. Nothing starts before the first audio that needs encoding; Opus packets need it only where their frames cannot
 * be regrouped without loss. A stream stays on one worker. Audio is encoded when the consumer asks, at most two frames ahead of it. A
 * worker that crashes rejects its streams with `AudioError` (code `encoder_crashed`, retryable) and is replaced on the next call.
 */
export function createFrameEncoder(options: FrameEncoderOptions): WorkerFrameEncoder {
  return new PooledEncoder(options);
}

/** A stream that frees itself at the end of its block. */
interface OpenStream extends Pick<EncoderStream, "request">, Disposable {}

class PooledEncoder implements WorkerFrameEncoder {
  readonly #options: FrameEncoderOptions;
  readonly #pool: EncoderPool;
  #closed = false;

  constructor(options: FrameEncoderOptions) {
    this.#options = options;
    this.#pool = new EncoderPool(options.workers, options.spawn ?? spawnWorker, options.clock ?? systemClock());
  }

  get activeStreams(): number {
    return this.#pool.streams;
  }

  get workers(): number {
    return this.#pool.workers;
  }

  encode(audio: SpeechAudio, format: DownlinkFormat, options: EncodeOptions): AsyncIterable<Uint8Array<ArrayBuffer>> {
    return audio.kind === "pcm" ? this.#pcm(audio, format, options) : this.#opus(audio.packets, format, options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#pool[Symbol.dispose]();
    return Promise.resolve();
  }

  async *#pcm(
    audio: Extract<SpeechAudio, { kind: "pcm" }>,
    format: DownlinkFormat,
    options: EncodeOptions,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    const { signal } = options;
    using stream = this.#open(audio.sampleRate, format, options);
    // The first batch must complete a frame: one sample less, and the first frame waits for all of the second batch.
    const frameSamples = Math.ceil((audio.sampleRate * format.frameMs) / 1000) + resampleLookAhead(audio.sampleRate, format.sampleRate);
    for await (const samples of sampleBatches(pull(audio.chunks, signal), frameSamples)) {
      yield* untilAborted(await stream.request({ type: "pcm", samples }, [samples.buffer]), signal);
    }
    yield* untilAborted(await stream.request({ type: "finish" }), signal);
  }

  async *#opus(
    packets: AsyncIterable<Uint8Array<ArrayBuffer>>,
    format: DownlinkFormat,
    options: EncodeOptions,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    const { signal } = options;
    using streams = new DisposableStack();
    let stream: OpenStream | undefined;
    for await (const batch of repacketize(pull(packets, signal), format.frameMs)) {
      if (batch.kind === "ready") {
        signal.throwIfAborted();
        yield batch.packet;
      } else {
        stream ??= streams.use(this.#open(format.sampleRate, format, options));
        yield* untilAborted(await stream.request({ type: "opus", packets: batch.packets, before: batch.before }), signal);
      }
    }
    if (stream !== undefined) yield* untilAborted(await stream.request({ type: "finish" }), signal);
  }

  /** A stream that closes when the signal aborts, even while nobody pulls. */
  #open(inputRate: number, format: DownlinkFormat, { signal, slackMs = 0 }: EncodeOptions): OpenStream {
    signal.throwIfAborted();
    if (this.#closed) throw new AudioError("Encoder is closed; it cannot encode any more", { code: "audio_closed" });
    const { complexity, bitrate } = this.#options;
    const stream = this.#pool.open(inputRate, { sampleRate: format.sampleRate, frameMs: format.frameMs, complexity, bitrate }, slackMs);
    const onAbort = () => stream.close(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    return {
      request: (message, transfer) => stream.request(message, transfer),
      [Symbol.dispose]: () => {
        signal.removeEventListener("abort", onAbort);
        stream.close();
      },
    };
  }
}

function* untilAborted<T>(items: Iterable<T>, signal: AbortSignal): Generator<T, void, void> {
  for (const item of items) {
    signal.throwIfAborted();
    yield item;
  }
}

function spawnWorker(): Worker {
  return new Worker(new URL("./encoder_worker.ts", import.meta.url), { type: "module", name: "opus-encoder" });
}
