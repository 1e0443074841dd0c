/**
 * What the main thread and the Silero worker say to each other.
 *
 * @module
 */

/** To the worker. */
export type SileroRequest =
  /** Samples of a stream. A stream begins with its first samples; a new epoch of it begins with fresh state. */
  | { readonly type: "push"; readonly stream: number; readonly epoch: number; readonly samples: Int16Array<ArrayBuffer> }
  /** Forget a stream: state, context and samples waiting. */
  | { readonly type: "drop"; readonly stream: number };

/** From the worker. */
export type SileroReply =
  /** The model is loaded. */
  | { readonly type: "ready" }
  /** Speech probabilities of one batch: entry i belongs to the next window of `streams[i]` in `epochs[i]`. */
  | {
    readonly type: "windows";
    readonly streams: readonly number[];
    readonly epochs: readonly number[];
    readonly probabilities: Float32Array;
  }
  /** The worker cannot go on. */
  | { readonly type: "failed"; readonly message: string; readonly code: string | undefined };
