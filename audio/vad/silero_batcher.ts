/**
 * The streams of one Silero session: which windows run next, together, and what each stream's state is.
 *
 * @module
 */

import { SampleFifo } from "./sample_fifo.ts";
import { SILERO_CONTEXT, SILERO_STATE, SILERO_WINDOW } from "./silero_model.ts";

/**
 * Most windows in one run. The cost of a window falls with the batch and is flat beyond 50, while a run blocks what comes after it: 64
 * windows take a few milliseconds.
 */
const MAX_BATCH = 64;

/** What one stream samples are divided by to become the model's -1 to 1. */
const FULL_SCALE = 32_768;

/** Samples that the model sees at a time: the context, then the window. */
const INPUT = SILERO_CONTEXT + SILERO_WINDOW;

interface StreamState {
  readonly stream: number;
  readonly epoch: number;
  readonly pending: SampleFifo;
  /** Layer 0, then layer 1. */
  readonly state: Float32Array;
  readonly context: Float32Array;
}

/** Inputs of one run: at most one window of each stream. */
export interface SileroBatch {
  /** Number of windows. */
  readonly size: number;
  readonly streams: readonly number[];
  readonly epochs: readonly number[];
  /** Shape [size, 576]. */
  readonly input: Float32Array;
  /** Shape [2, size, 128]. */
  readonly state: Float32Array;
}

/** Gathers waiting windows of all streams into batches, in turn, so that no stream starves another. */
export class SileroBatcher {
  readonly #streams = new Map<number, StreamState>();
  /** Streams with at least one whole window, the longest waiting first. */
  readonly #ready = new Set<StreamState>();
  #running: readonly StreamState[] = [];

  /** Takes samples of a stream. */
  push(stream: number, epoch: number, samples: Int16Array): void {
    let entry = this.#streams.get(stream);
    if (entry?.epoch !== epoch) {
      this.drop(stream);
      entry = {
        stream,
        epoch,
        pending: new SampleFifo(),
        state: new Float32Array(2 * SILERO_STATE),
        context: new Float32Array(SILERO_CONTEXT),
      };
      this.#streams.set(stream, entry);
    }
    entry.pending.push(samples);
    if (entry.pending.length >= SILERO_WINDOW) this.#ready.add(entry);
  }

  /** Forgets a stream. */
  drop(stream: number): void {
    const entry = this.#streams.get(stream);
    if (entry === undefined) return;
    this.#streams.delete(stream);
    this.#ready.delete(entry);
  }

  /** The next batch, or `undefined` when no stream has a whole window. The states are given back with {@link commit} before the next one. */
  take(): SileroBatch | undefined {
    const chosen: StreamState[] = [];
    for (const entry of this.#ready) {
      chosen.push(entry);
      if (chosen.length === MAX_BATCH) break;
    }
    if (chosen.length === 0) return undefined;
    const size = chosen.length;
    const input = new Float32Array(size * INPUT);
    const state = new Float32Array(2 * size * SILERO_STATE);
    chosen.forEach((entry, index) => {
      const row = input.subarray(index * INPUT, (index + 1) * INPUT);
      row.set(entry.context);
      entry.pending.read(row, SILERO_CONTEXT, SILERO_WINDOW);
      for (let at = SILERO_CONTEXT; at < INPUT; at++) row[at] = (row[at] ?? 0) / FULL_SCALE;
      entry.context.set(row.subarray(INPUT - SILERO_CONTEXT));
      for (const layer of [0, 1]) {
        state.set(entry.state.subarray(layer * SILERO_STATE, (layer + 1) * SILERO_STATE), (layer * size + index) * SILERO_STATE);
      }
      this.#ready.delete(entry);
      if (entry.pending.length >= SILERO_WINDOW) this.#ready.add(entry);
    });
    this.#running = chosen;
    return { size, streams: chosen.map((entry) => entry.stream), epochs: chosen.map((entry) => entry.epoch), input, state };
  }

  /** Keeps the states that the last batch led to, shape [2, size, 128]. */
  commit(state: Float32Array): void {
    const size = this.#running.length;
    this.#running.forEach((entry, index) => {
      for (const layer of [0, 1]) {
        const from = (layer * size + index) * SILERO_STATE;
        entry.state.set(state.subarray(from, from + SILERO_STATE), layer * SILERO_STATE);
      }
    });
    this.#running = [];
  }
}
