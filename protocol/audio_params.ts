/**
 * The `audio_params` of both hellos.
 *
 * @module
 */

import { z } from "zod";

/** How the sender encodes its audio. */
export interface AudioParams {
  /** `opus` from every known client. */
  readonly format: string;
  /** Samples per second. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Duration of a packet in milliseconds. */
  readonly frameDuration: number;
}

/** What a device records: fixed in firmware, and assumed of clients that do not say. */
export const UPLINK_DEFAULTS: AudioParams = { format: "opus", sampleRate: 16_000, channels: 1, frameDuration: 60 };

/** What a device plays until it is told otherwise (firmware `main/protocols/protocol.h` 77-78). */
export const DOWNLINK_DEFAULTS: AudioParams = { format: "opus", sampleRate: 24_000, channels: 1, frameDuration: 60 };

const count = z.int().positive().nullish();

/** `audio_params` on the wire, each member optional and taken from `defaults`. */
export function audioParamsSchema(defaults: AudioParams): z.ZodType<AudioParams> {
  return z.object({ format: z.string().nullish(), sample_rate: count, channels: count, frame_duration: count }).nullish().transform((
    wire,
  ) => ({
    format: wire?.format ?? defaults.format,
    sampleRate: wire?.sample_rate ?? defaults.sampleRate,
    channels: wire?.channels ?? defaults.channels,
    frameDuration: wire?.frame_duration ?? defaults.frameDuration,
  }));
}

/** The wire form. */
export function audioParamsToWire(params: AudioParams): object {
  return { format: params.format, sample_rate: params.sampleRate, channels: params.channels, frame_duration: params.frameDuration };
}
