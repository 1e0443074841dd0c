/**
 * Opus behind two methods, so that the library beneath can be exchanged.
 *
 * @module
 */

/** Decodes the packets of one stream, in order. */
export interface OpusDecoder extends Disposable {
  /**
   * Samples of one packet at the decoder's rate; as many as the packet says.
   *
   * @throws `AudioError` with code `opus_undecodable`; the decoder stays usable.
   */
  decode(packet: Uint8Array): Int16Array<ArrayBuffer>;
}

/** Encodes the frames of one stream, in order. */
export interface OpusEncoder extends Disposable {
  /**
   * One packet of exactly one frame of samples.
   *
   * @throws `AudioError` with code `opus_frame_size` for any other number of samples.
   */
  encode(samples: Int16Array): Uint8Array<ArrayBuffer>;
}

/** What an encoder is made for. */
export interface EncoderOptions {
  /** Samples per second: 8000, 12000, 16000, 24000 or 48000. */
  readonly sampleRate: number;
  /** Frame duration in milliseconds: 20, 40 or 60. */
  readonly frameMs: number;
  /** 0 (cheap) to 10 (best). */
  readonly complexity: number;
  /** Bits per second. */
  readonly bitrate: number;
}

/** Makes decoders and encoders. */
export interface OpusCodec {
  /**
   * A mono decoder to `sampleRate`, whatever rate the packets were made at.
   *
   * @throws `AudioError` with code `opus_unsupported` for a rate that Opus does not know.
   */
  decoder(sampleRate: number): Promise<OpusDecoder>;
  /**
   * A mono voice encoder.
   *
   * @throws `AudioError` with code `opus_unsupported` for options that Opus does not know.
   */
  encoder(options: EncoderOptions): Promise<OpusEncoder>;
}
