/**
 * Opus in the browser: the browser's own codec where it has one, else libopus as WebAssembly in a worker.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { DOWNLINK_RATE, UPLINK_RATE } from "./format.ts";
import type { CodecNews, DownlinkDecoder, UplinkEncoder } from "./ports.ts";
import { openWebCodecsDecoder, openWebCodecsEncoder } from "./web_codecs.ts";
import { openWorkerCodec } from "./worker_codec.ts";

/** What opening needs. */
export interface CodecOptions {
  readonly clock: Clock;
  /** Never uses the browser's own codec; for tests and for browsers whose own is faulty. */
  readonly wasmOnly: boolean;
}

/** An encoder; rejects where neither codec can be had. */
export async function openEncoder(options: CodecOptions, news: CodecNews<Uint8Array<ArrayBuffer>>): Promise<UplinkEncoder> {
  const own = options.wasmOnly ? undefined : await openWebCodecsEncoder(options.clock, news);
  return own ?? openWorkerCodec({ role: "encoder", sampleRate: UPLINK_RATE }, news);
}

/** A decoder; rejects where neither codec can be had. */
export async function openDecoder(options: CodecOptions, news: CodecNews<Float32Array<ArrayBuffer>>): Promise<DownlinkDecoder> {
  const own = options.wasmOnly ? undefined : await openWebCodecsDecoder(news);
  return own ?? openWorkerCodec({ role: "decoder", sampleRate: DOWNLINK_RATE }, news);
}
