/**
 * The worker of {@link openWorkerCodec}: one encoder or one decoder.
 *
 * @module
 */

import type { OpusDecoder, OpusEncoder } from "../../audio/opus/codec.ts";
import { loadOpus } from "../../audio/opus/libopus.ts";
import { messageOf } from "../../base/errors.ts";
import { FRAME_MS, UPLINK_BITRATE } from "./format.ts";
import type { CodecAnswer, CodecRequest, CodecRole } from "./worker_codec.ts";

/** A tenth of a phone's core; more is not heard at this bit rate. */
const COMPLEXITY = 3;

/** The part of a worker's scope that is used; the page's types know no other scope than its own. */
interface Scope {
  onmessage: ((event: MessageEvent<CodecRequest>) => void) | null;
  postMessage(message: CodecAnswer): void;
}

const scope = globalThis as unknown as Scope;

async function start({ role, sampleRate }: CodecRole): Promise<(data: CodecRequest) => CodecAnswer> {
  const opus = await loadOpus();
  if (role === "decoder") {
    const decoder = await opus.decoder(sampleRate);
    return (data) => decode(decoder, data as Uint8Array);
  }
  const encoder = await opus.encoder({ sampleRate, frameMs: FRAME_MS, complexity: COMPLEXITY, bitrate: UPLINK_BITRATE });
  return (data) => encode(encoder, data as Int16Array);
}

function decode(decoder: OpusDecoder, packet: Uint8Array): CodecAnswer {
  try {
    return Float32Array.from(decoder.decode(packet), (sample) => sample / 32_768);
  } catch {
    // A packet that is none costs its moment and nothing else.
    return null;
  }
}

function encode(encoder: OpusEncoder, frame: Int16Array): CodecAnswer {
  return encoder.encode(frame);
}

let codec: Promise<(data: CodecRequest) => CodecAnswer> | undefined;
scope.onmessage = async ({ data }) => {
  if (codec === undefined) {
    codec = start(data as CodecRole);
    return codec.then(() => scope.postMessage("ready"), (error) => scope.postMessage({ broken: messageOf(error) }));
  }
  try {
    scope.postMessage((await codec)(data));
  } catch (error) {
    scope.postMessage({ broken: messageOf(error) });
  }
};
