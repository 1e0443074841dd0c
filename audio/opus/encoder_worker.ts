/**
 * Entry point of an encoder worker: encodes many streams, one request after the other.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { AudioError } from "../errors.ts";
import { ResampleFilters } from "../resample_filter.ts";
import { FrameStream } from "./frame_stream.ts";
import { loadOpus } from "./libopus.ts";
import type { EncoderAnswer, EncoderRequest } from "./worker_messages.ts";

const scope = self as unknown as DedicatedWorkerGlobalScope;
const codec = loadOpus();
const filters = new ResampleFilters();
const streams = new Map<number, FrameStream>();

async function answer(request: EncoderRequest): Promise<EncoderAnswer | undefined> {
  const { stream } = request;
  switch (request.type) {
    case "open":
      streams.set(stream, await FrameStream.open(await codec, request.inputRate, request.options, filters));
      return undefined;
    case "pcm":
      return { type: "packets", stream, packets: opened(stream).pcm(request.samples) };
    case "opus":
      return { type: "packets", stream, packets: await opened(stream).opus(request.packets, request.before) };
    case "finish":
      return { type: "packets", stream, packets: opened(stream).finish() };
    case "close":
      streams.get(stream)?.[Symbol.dispose]();
      streams.delete(stream);
      return { type: "closed", stream };
  }
}

function opened(stream: number): FrameStream {
  const found = streams.get(stream);
  if (found === undefined) throw new AudioError(`Encoder stream ${stream} is not open`, { code: "audio_closed" });
  return found;
}

async function handle(request: EncoderRequest): Promise<void> {
  try {
    const message = await answer(request);
    if (message === undefined) return;
    scope.postMessage(message, message.type === "packets" ? message.packets.map(({ buffer }) => buffer) : []);
  } catch (error) {
    // Anything else than an AudioError means that the codec itself is broken, with all its streams: the worker ends and is replaced.
    if (!(error instanceof AudioError)) return reportError(error);
    const { code, message } = error;
    scope.postMessage({ type: "failed", stream: request.stream, code, message } satisfies EncoderAnswer);
  }
}

// One request after the other, because opening a stream is asynchronous and the next request needs it.
let last: Promise<void> = Promise.resolve();
scope.onmessage = (event: MessageEvent<EncoderRequest>) => {
  last = last.then(() => handle(event.data));
};
