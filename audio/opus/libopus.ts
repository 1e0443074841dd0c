/**
 * The Opus codec of libopus 1.6, compiled to WebAssembly (npm libopus-wasm).
 *
 * @module
 */

import {
  Application,
  createDecoder,
  createEncoder,
  loadLibopus,
  type OpusDecoderHandle,
  type OpusEncoderHandle,
  type SampleRate,
  Signal,
} from "libopus-wasm";
import { AudioError } from "../errors.ts";
import type { EncoderOptions, OpusCodec, OpusDecoder, OpusEncoder } from "./codec.ts";

const RATES: readonly number[] = [8000, 12000, 16000, 24000, 48000] satisfies SampleRate[];
const FRAME_DURATIONS: readonly number[] = [20, 40, 60];

/**
 * Loads the codec; about 0.1 s and 20 MB the first time. All decoders and encoders share one WebAssembly heap, which never shrinks, so
 * each must be disposed of.
 */
export async function loadOpus(): Promise<OpusCodec> {
  await loadLibopus();
  return {
    decoder: async (sampleRate) => {
      assertOneOf("sample rate", sampleRate, RATES);
      return new Decoder(await createDecoder({ channels: 1, sampleRate: sampleRate as SampleRate }));
    },
    encoder: async (options) => new Encoder(await openEncoder(options), options),
  };
}

async function openEncoder(options: EncoderOptions): Promise<OpusEncoderHandle> {
  assertOneOf("sample rate", options.sampleRate, RATES);
  assertOneOf("frame duration", options.frameMs, FRAME_DURATIONS);
  try {
    return await createEncoder({
      application: Application.Voip,
      bitrate: options.bitrate,
      channels: 1,
      complexity: options.complexity,
      // The device plays what it is sent and conceals nothing, so silence must be sent as frames.
      dtx: false,
      frameSize: frameSamples(options),
      sampleRate: options.sampleRate as SampleRate,
      signal: Signal.Voice,
    });
  } catch (cause) {
    throw new AudioError(
      `Opus encoder refuses complexity ${options.complexity} with ${options.bitrate} bit/s; complexity is 0 to 10, the bit rate positive`,
      { code: "opus_unsupported", cause },
    );
  }
}

class Decoder implements OpusDecoder {
  readonly #handle: OpusDecoderHandle;

  constructor(handle: OpusDecoderHandle) {
    this.#handle = handle;
  }

  decode(packet: Uint8Array): Int16Array<ArrayBuffer> {
    try {
      return this.#handle.decode(packet) as Int16Array<ArrayBuffer>;
    } catch (cause) {
      throw new AudioError(`Opus packet of ${packet.length} bytes cannot be decoded; a whole packet as RFC 6716 describes it is needed`, {
        code: "opus_undecodable",
        cause,
      });
    }
  }

  [Symbol.dispose](): void {
    this.#handle.free();
  }
}

class Encoder implements OpusEncoder {
  readonly #handle: OpusEncoderHandle;
  readonly #samples: number;

  constructor(handle: OpusEncoderHandle, options: EncoderOptions) {
    this.#handle = handle;
    this.#samples = frameSamples(options);
  }

  encode(samples: Int16Array): Uint8Array<ArrayBuffer> {
    if (samples.length !== this.#samples) {
      throw new AudioError(`Opus frame has ${samples.length} samples; ${this.#samples} are needed`, { code: "opus_frame_size" });
    }
    return this.#handle.encode(samples) as Uint8Array<ArrayBuffer>;
  }

  [Symbol.dispose](): void {
    this.#handle.free();
  }
}

function frameSamples(options: EncoderOptions): number {
  return (options.sampleRate * options.frameMs) / 1000;
}

function assertOneOf(name: string, value: number, allowed: readonly number[]): void {
  if (!allowed.includes(value)) {
    throw new AudioError(`Opus has no ${name} of ${value}; use one of ${allowed.join(", ")}`, { code: "opus_unsupported" });
  }
}
