/**
 * What happened over a long time, in buckets of time: bounded memory, whatever happens and however long the process lives.
 *
 * @module
 */

/** What a bucket counts. */
export interface Usage {
  /** Milliseconds in which devices were taken. */
  readonly readyMs: number;
  /** Milliseconds in which they were not. */
  readonly downMs: number;
  /** Turns that did not fail by the server. */
  readonly good: number;
  /** Turns that did. */
  readonly bad: number;
}

/** Numbers of a {@link Usage}, in the order in which they are kept. */
const FIELDS = ["readyMs", "downMs", "good", "bad"] as const satisfies readonly (keyof Usage)[];

/** One bucket as it is kept on disk: its number since 1970, and the fields. */
export type StoredBucket = readonly [bucket: number, readyMs: number, downMs: number, good: number, bad: number];

/**
 * A ring of buckets for a window of `count` times `bucketMs` milliseconds. Of the oldest bucket counts the part that lies in the window.
 */
export class UsageRing {
  readonly bucketMs: number;
  readonly #count: number;
  readonly #numbers: Float64Array;
  readonly #values: Float64Array;

  constructor(bucketMs: number, count: number) {
    this.bucketMs = bucketMs;
    // One more: the newest is not full yet.
    this.#count = count + 1;
    this.#numbers = new Float64Array(count + 1).fill(-1);
    this.#values = new Float64Array((count + 1) * FIELDS.length);
  }

  /** Counts `amount` of `field` at `at`, Unix milliseconds. */
  add(at: number, field: keyof Usage, amount: number): void {
    const base = this.#open(Math.floor(at / this.bucketMs));
    if (base !== undefined) this.#values[base + FIELDS.indexOf(field)]! += amount;
  }

  /** Counts a stretch of time that ends at `to`, Unix milliseconds, into the buckets that it lies in. */
  addTime(from: number, to: number, field: "readyMs" | "downMs"): void {
    const oldest = (Math.floor(to / this.bucketMs) - this.#count + 1) * this.bucketMs;
    for (let at = Math.max(from, oldest); at < to;) {
      const end = Math.min(to, (Math.floor(at / this.bucketMs) + 1) * this.bucketMs);
      this.add(at, field, end - at);
      at = end;
    }
  }

  /** What happened in the whole time of the ring, which ends at `now`, Unix milliseconds. */
  total(now: number): Usage {
    const newest = Math.floor(now / this.bucketMs);
    const oldest = newest - this.#count + 1;
    const share = 1 - (now / this.bucketMs - newest);
    const total = { readyMs: 0, downMs: 0, good: 0, bad: 0 };
    for (let index = 0; index < this.#count; index++) {
      const number = this.#numbers[index]!;
      if (number < oldest || number > newest) continue;
      const weight = number === oldest ? share : 1;
      FIELDS.forEach((field, place) => total[field] += weight * this.#values[index * FIELDS.length + place]!);
    }
    return total;
  }

  /** All buckets, for the disk. */
  stored(): StoredBucket[] {
    return Array.from(this.#numbers.entries()).filter(([, number]) => number >= 0).map(([index, number]) => {
      const [readyMs = 0, downMs = 0, good = 0, bad = 0] = this.#values.subarray(index * FIELDS.length, (index + 1) * FIELDS.length);
      return [number, Math.round(readyMs), Math.round(downMs), good, bad];
    });
  }

  /** Takes buckets from the disk. */
  restore(buckets: readonly StoredBucket[]): void {
    for (const [number, ...values] of buckets) {
      const base = this.#open(number);
      if (base !== undefined) this.#values.set(values, base);
    }
  }

  /** Where the values of a bucket begin; undefined for one that is older than what stands in its place. */
  #open(number: number): number | undefined {
    const index = number % this.#count;
    if (this.#numbers[index]! > number) return undefined;
    if (this.#numbers[index] !== number) {
      this.#numbers[index] = number;
      this.#values.fill(0, index * FIELDS.length, (index + 1) * FIELDS.length);
    }
    return index * FIELDS.length;
  }
}
