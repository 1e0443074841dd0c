/**
 * Generations of tags within a process.
 *
 * @module
 */

/** Tags whose generations are remembered one by one; what is forgotten costs loads and nothing else. */
const MAX_TAGS = 100_000;

/** Counts how often tags were invalidated, in bounded memory. */
export class Generations {
  readonly #max: number;
  readonly #of = new Map<string, number>();
  /** The generation of every tag that is not in {@link #of}: at least that of each that was forgotten. */
  #floor = 0;
  #last = 0;

  constructor(max: number = MAX_TAGS) {
    this.#max = max;
  }

  /** The generations of some tags as one text, which never comes back once any of them has changed. */
  of(tags: readonly string[]): string {
    return tags.map((tag) => this.#of.get(tag) ?? this.#floor).join();
  }

  /** Begins a new generation of a tag. */
  advance(tag: string): void {
    // Deleted first, so that the map is in the order of generations and the oldest goes first.
    this.#of.delete(tag);
    this.#of.set(tag, ++this.#last);
    if (this.#of.size <= this.#max) return;
    const [oldest = tag, generation = this.#last] = this.#of.entries().next().value ?? [];
    this.#of.delete(oldest);
    this.#floor = generation;
  }

  /** Begins a new generation of all tags. */
  advanceAll(): void {
    this.#of.clear();
    this.#floor = ++this.#last;
  }
}
