/**
 * A ring of records, bounded in number and in memory.
 *
 * @module
 */

import { emptySlot, type Slot } from "./record.ts";

/** Holds the newest records. Slots are made when first needed and used again after that. */
export class Ring {
  readonly #slots: Slot[] = [];
  readonly #records: number;
  readonly #maxBytes: number;
  #first = 0;
  #next = 0;
  #bytes = 0;

  constructor(records: number, bytes: number) {
    this.#records = records;
    this.#maxBytes = bytes;
  }

  /** Number of the oldest record held. */
  get first(): number {
    return this.#first;
  }

  /** Number that the next record gets. */
  get next(): number {
    return this.#next;
  }

  /** Estimated bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The slot for the next record, to be filled at once; `bytes` is what it will hold. */
  claim(bytes: number): Slot {
    const index = this.#next % this.#records;
    if (this.#next - this.#first >= this.#records) {
      // The oldest slot is the one to be filled: what it holds is overwritten, not let go first.
      this.#first++;
      this.#bytes -= this.#slots[index]!.bytes;
    }
    while (this.#bytes + bytes > this.#maxBytes && this.#next > this.#first) this.#drop();
    const slot = this.#slots[index] ??= emptySlot();
    slot.seq = this.#next++;
    slot.bytes = bytes;
    this.#bytes += bytes;
    return slot;
  }

  /** The record with a number; undefined when it was overwritten or not written yet. */
  at(seq: number): Slot | undefined {
    return seq >= this.#first && seq < this.#next ? this.#slots[seq % this.#records] : undefined;
  }

  #drop(): void {
    const slot = this.#slots[this.#first++ % this.#records];
    if (slot === undefined) return;
    this.#bytes -= slot.bytes;
    slot.data = undefined;
    slot.guard = undefined;
    slot.keys = undefined;
    slot.values.fill(undefined);
    slot.transitions = undefined;
    slot.context = undefined;
    slot.fromValue = undefined;
    slot.toValue = undefined;
    slot.machine = undefined;
  }
}
