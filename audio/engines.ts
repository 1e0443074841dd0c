/**
 * The machinery of sound that all devices share: detection, decoding, encoding.
 *
 * @module
 */

import type { OpusDecoder } from "./opus/codec.ts";
import type { FrameEncoder } from "./opus/frame_encoder.ts";
import { loadOpus } from "./opus/libopus.ts";
import { createFrameEncoder, type FrameEncoderOptions } from "./opus/worker_encoder.ts";
import type { DownlinkFormat, SpeechAudio } from "./types.ts";
import { createDecoderPool } from "./uplink/decoder_pool.ts";
import { createVadEngine, type VadEngineOptions } from "./vad/choose.ts";
import type { VadEngine } from "./vad/engine.ts";

/** What {@link createAudioEngines} takes. */
export interface AudioEnginesOptions {
  readonly vad: VadEngineOptions;
  readonly encoder: FrameEncoderOptions;
  /** The format that the encoder is warmed up for. */
  readonly downlink: DownlinkFormat;
  /** Hears that the encoder could not be warmed up; it is tried again when it is needed. */
  readonly onColdEncoder: (error: unknown) => void;
}

/** The engines of a process. */
export interface AudioEngines extends AsyncDisposable {
  readonly vad: VadEngine;
  readonly encoder: FrameEncoder;
  /** Loads the codec at the first call, and again after a failure; the result makes fresh 16 kHz decoders. */
  loadDecoders(): Promise<() => OpusDecoder>;
}

/** Makes the engines; nothing is loaded before it is needed. */
export function createAudioEngines(options: AudioEnginesOptions): AudioEngines {
  const resources = new AsyncDisposableStack();
  const vad = resources.use(createVadEngine(options.vad));
  const encoder = resources.use(createFrameEncoder(options.encoder));
  const decoders = once(async () => {
    // The first device pays for loading the codec; starting the encoder beside it spares the first reply a tenth of a second.
    warmUp(encoder, options.downlink).catch(options.onColdEncoder);
    return resources.use(await createDecoderPool(await loadOpus()));
  });
  return {
    vad,
    encoder,
    loadDecoders: async () => (await decoders()).take,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** Encodes a moment of silence, so that the encoder's worker runs. */
async function warmUp(encoder: FrameEncoder, format: DownlinkFormat): Promise<void> {
  const { sampleRate, frameMs } = format;
  const silence = new Int16Array(sampleRate * frameMs / 1000);
  const audio: SpeechAudio = { kind: "pcm", sampleRate, chunks: ReadableStream.from([silence]) };
  for await (const _ of encoder.encode(audio, { sampleRate, frameMs }, { signal: new AbortController().signal })) break;
}

/** Calls `make` at the first call, and again after a failure. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () =>
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
}
