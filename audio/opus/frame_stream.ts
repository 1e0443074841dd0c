/**
 * One stream of speech on its way to Opus frames: resampling, cutting into frames, encoding. Runs inside the worker.
 *
 * @module
 */

import { Resampler } from "../resample.ts";
import { ResampleFilters } from "../resample_filter.ts";
import type { EncoderOptions, OpusCodec, OpusDecoder, OpusEncoder } from "./codec.ts";

/** Turns pieces of any length into packets of one frame each. */
export class FrameStream implements Disposable {
  readonly #codec: OpusCodec;
  readonly #encoder: OpusEncoder;
  readonly #resampler: Resampler;
  readonly #sampleRate: number;
  readonly #frame: Int16Array<ArrayBuffer>;
  #filled = 0;
  #decoder: OpusDecoder | undefined;

  private constructor(codec: OpusCodec, encoder: OpusEncoder, resampler: Resampler, options: EncoderOptions) {
    this.#codec = codec;
    this.#encoder = encoder;
    this.#resampler = resampler;
    this.#sampleRate = options.sampleRate;
    this.#frame = new Int16Array((options.sampleRate * options.frameMs) / 1000);
  }

  /**
   * Opens a stream for samples at `inputRate`.
   *
   * @param filters Shared with the other streams of the worker.
   * @throws `AudioError` with code `opus_unsupported` or `resample_unsupported`.
   */
  static async open(
    codec: OpusCodec,
    inputRate: number,
    options: EncoderOptions,
    filters: ResampleFilters = new ResampleFilters(),
  ): Promise<FrameStream> {
    const encoder = await codec.encoder(options);
    try {
      return new FrameStream(codec, encoder, new Resampler(inputRate, options.sampleRate, filters), options);
    } catch (error) {
      encoder[Symbol.dispose]();
      throw error;
    }
  }

  /** The packets that these samples complete. */
  pcm(samples: Int16Array): Uint8Array<ArrayBuffer>[] {
    return this.#encode(this.#resampler.push(samples));
  }

  /**
   * The packets that these packets complete.
   *
   * @param before The packet that came before them and went past this stream. Decoder and encoder start from it, because either needs
   * what came before to begin without a click. To be given only where no frame is open.
   * @throws `AudioError` with code `opus_undecodable`.
   */
  async opus(packets: readonly Uint8Array[], before?: Uint8Array): Promise<Uint8Array<ArrayBuffer>[]> {
    if (before !== undefined) {
      this.#decoder?.[Symbol.dispose]();
      this.#decoder = undefined;
    }
    const decoder = this.#decoder ??= await this.#codec.decoder(this.#sampleRate);
    if (before !== undefined) this.#prime(decoder.decode(before));
    return packets.flatMap((packet) => this.#encode(decoder.decode(packet)));
  }

  /** The last packets; the last one is filled up with silence. */
  finish(): Uint8Array<ArrayBuffer>[] {
    const packets = this.#encode(this.#resampler.flush());
    if (this.#filled > 0) packets.push(...this.#encode(new Int16Array(this.#frame.length - this.#filled)));
    return packets;
  }

  [Symbol.dispose](): void {
    this.#encoder[Symbol.dispose]();
    this.#decoder?.[Symbol.dispose]();
  }

  /** Lets the encoder hear what came before: its look-ahead would otherwise begin the next packet with the sound of an earlier stretch. */
  #prime(samples: Int16Array): void {
    const frame = new Int16Array(this.#frame.length);
    const last = samples.subarray(-frame.length);
    frame.set(last, frame.length - last.length);
    this.#encoder.encode(frame);
  }

  #encode(samples: Int16Array): Uint8Array<ArrayBuffer>[] {
    const packets: Uint8Array<ArrayBuffer>[] = [];
    for (let offset = 0; offset < samples.length;) {
      const piece = samples.subarray(offset, offset + this.#frame.length - this.#filled);
      this.#frame.set(piece, this.#filled);
      this.#filled += piece.length;
      offset += piece.length;
      if (this.#filled < this.#frame.length) break;
      packets.push(this.#encoder.encode(this.#frame));
      this.#filled = 0;
    }
    return packets;
  }
}
