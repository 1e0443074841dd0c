/**
 * A recording that one can go through, forwards and backwards, while it may still grow.
 *
 * @module
 */

import type { Chart } from "../../services/charts/model.ts";
import type { RecordLine } from "../../services/recorder/read.ts";
import { apply, type Invoked } from "./apply.ts";
import { copyOf, emptyKept, type Kept, viewOf } from "./kept.ts";
import type { View } from "./view.ts";

/**
 * Records between two places that are remembered: a jump goes through as many at most, which takes a millisecond, and 100,000 records have
 * 200 such places of some hundred values each.
 */
export const CHECKPOINT_RECORDS = 500;

/** What a {@link RecordingModel} may be told. */
export interface RecordingModelOptions {
  /** Charts of the machines, which say what a state runs. */
  readonly charts?: readonly Pick<Chart, "id" | "nodes">[];
  /** Records that are held; the oldest go. For what grows without end. @default {Infinity} */
  readonly keep?: number;
}

/** A recording. Positions count from 0 on, also those of records that went. */
export class RecordingModel {
  readonly #invoked: Invoked;
  readonly #keep: number;
  #records: RecordLine[] = [];
  /** Position of the first record that is held; a multiple of the distance of checkpoints. */
  #first = 0;
  /** What there was before the records at the multiples, from {@link #first} on. */
  #checkpoints: Kept[] = [emptyKept()];
  readonly #newest: Kept = emptyKept();
  #cursor = { kept: emptyKept(), at: -1 };
  #applied = 0;

  constructor({ charts = [], keep = Infinity }: RecordingModelOptions = {}) {
    this.#invoked = new Map(charts.map((chart) => [chart.id, invokedOf(chart)]));
    this.#keep = keep;
  }

  /** Position of the first record that is held. */
  get first(): number {
    return this.#first;
  }

  /** Position behind the last record. */
  get end(): number {
    return this.#first + this.#records.length;
  }

  /** Records that {@link at} has gone through so far: what a jump costs. */
  get applied(): number {
    return this.#applied;
  }

  /** The record at a position. */
  record(at: number): RecordLine | undefined {
    return this.#records[at - this.#first];
  }

  /** Adds a record. */
  append(record: RecordLine): void {
    apply(this.#newest, record, this.#invoked);
    this.#records.push(record);
    if (this.end % CHECKPOINT_RECORDS === 0) this.#checkpoints.push(copyOf(this.#newest));
    if (this.#records.length < this.#keep + CHECKPOINT_RECORDS) return;
    // In pieces of a whole checkpoint: what went is not gone through again.
    this.#records = this.#records.slice(CHECKPOINT_RECORDS);
    this.#first += CHECKPOINT_RECORDS;
    this.#checkpoints.shift();
  }

  /** What there is to see after the last record. */
  latest(): View {
    return viewOf(this.#newest, this.end - 1);
  }

  /** What there is to see after the record at a position; before the first record that is held where it is lower. */
  at(position: number): View {
    const wanted = Math.max(this.#first - 1, Math.min(position, this.end - 1));
    const place = Math.floor((wanted + 1 - this.#first) / CHECKPOINT_RECORDS);
    const from = this.#first + place * CHECKPOINT_RECORDS - 1;
    const { at } = this.#cursor;
    if (at > wanted || at < from) this.#cursor = { kept: copyOf(this.#checkpoints[place] ?? emptyKept()), at: from };
    while (this.#cursor.at < wanted) {
      const record = this.record(++this.#cursor.at);
      if (record !== undefined) apply(this.#cursor.kept, record, this.#invoked);
      this.#applied++;
    }
    return viewOf(this.#cursor.kept, wanted);
  }

  /** The position of the record with a number, or of the last one before it. */
  positionOf(seq: number): number {
    let [low, high] = [this.#first - 1, this.end - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.record(middle)?.seq ?? -1) <= seq) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function invokedOf({ nodes }: Pick<Chart, "nodes">): ReadonlyMap<string, readonly string[]> {
  const states = new Map<string, string[]>();
  for (const { id, invoke } of nodes) {
    for (const each of invoke) states.set(each.id, [...states.get(each.id) ?? [], id]);
  }
  return states;
}
