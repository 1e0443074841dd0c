/**
 * What the main thread and an encoder worker say to each other. Each request for a stream is answered once, in order.
 *
 * @module
 */

import type { EncoderOptions } from "./codec.ts";

/** From the main thread. */
export type EncoderRequest =
  | { readonly type: "open"; readonly stream: number; readonly inputRate: number; readonly options: EncoderOptions }
  | { readonly type: "pcm"; readonly stream: number; readonly samples: Int16Array<ArrayBuffer> }
  | {
    readonly type: "opus";
    readonly stream: number;
    readonly packets: readonly Uint8Array<ArrayBuffer>[];
    readonly before: Uint8Array<ArrayBuffer> | undefined;
  }
  | { readonly type: "finish"; readonly stream: number }
  | { readonly type: "close"; readonly stream: number };

/** From a worker. `closed` says that the stream's state has been freed. */
export type EncoderAnswer =
  | { readonly type: "packets"; readonly stream: number; readonly packets: readonly Uint8Array<ArrayBuffer>[] }
  | { readonly type: "failed"; readonly stream: number; readonly code: string; readonly message: string }
  | { readonly type: "closed"; readonly stream: number };
