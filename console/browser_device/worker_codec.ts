/**
 * Opus by libopus as WebAssembly, in a worker: the page itself may compile none, and need not wait for it.
 *
 * @module
 */

import type { CodecNews } from "./ports.ts";

/** What the worker is started for. */
export interface CodecRole {
  readonly role: "encoder" | "decoder";
  /** Samples per second. */
  readonly sampleRate: number;
}

/** What the worker is told: first its role, then frames of 16 bits, or packets. */
export type CodecRequest = CodecRole | Int16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** What it answers: that it is ready, or what came of each request, null where nothing did, or that it is broken. */
export type CodecAnswer = "ready" | Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer> | null | { readonly broken: string };

/** A codec in a worker, under both names. */
interface WorkerCodec {
  close(): void;
  readonly kind: "wasm";
  readonly pending: number;
  encode(frame: Int16Array<ArrayBuffer>): void;
  decode(packet: Uint8Array<ArrayBuffer>): void;
}

/** Starts a worker; rejects where it cannot run, as in a browser without WebAssembly. */
export async function openWorkerCodec<T extends Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(
  role: CodecRole,
  news: CodecNews<T>,
): Promise<WorkerCodec> {
  const worker = new Worker(new URL("./opus_worker.ts", import.meta.url), { type: "module" });
  let pending = 0;
  await new Promise<void>((resolve, reject) => {
    const broken = (message: string) => {
      worker.terminate();
      reject(new Error(message));
      news.failed(new Error(message));
    };
    worker.onmessage = ({ data }: MessageEvent<CodecAnswer>) => {
      if (data === "ready") return resolve();
      if (data !== null && "broken" in data) return broken(data.broken);
      pending--;
      if (data !== null) news.done(data as T);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      broken(event.message);
    };
    worker.postMessage(role satisfies CodecRequest);
  });
  const ask = (data: Int16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>) => {
    pending++;
    // Packets may be views of a message that others still read.
    worker.postMessage(data.slice());
  };
  return {
    kind: "wasm",
    get pending() {
      return pending;
    },
    encode: ask,
    decode: ask,
    close: () => worker.terminate(),
  };
}
