/**
 * Values in memory, bounded by their number and their size; the least recently used goes first.
 *
 * @module
 */

/** What an entry costs beside its text, bytes: objects, index and map slots. */
const OVERHEAD_BYTES = 200;

/** An entry. */
export interface LruEntry<T> {
  readonly value: T;
  readonly tags: readonly string[];
  /** Its size, bytes. */
  readonly bytes: number;
  /** Reading of the clock at which it ends. */
  readonly until: number;
}

/** Bounds of a {@link Lru}. */
export interface LruLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** A map of entries, found by key or by tag. */
export class Lru<T> {
  readonly #limits: LruLimits;
  readonly #entries = new Map<string, LruEntry<T>>();
  readonly #byTag = new Map<string, Set<string>>();
  #bytes = 0;

  constructor(limits: LruLimits) {
    this.#limits = limits;
  }

  /** Number of entries. */
  get size(): number {
    return this.#entries.size;
  }

  /** Size of all entries, bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Number of tags of entries. */
  get tags(): number {
    return this.#byTag.size;
  }

  /** The entry of a key, unless it is over at `now`. */
  get(key: string, now: number): LruEntry<T> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.until <= now) {
      this.delete(key);
      return undefined;
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  /** Keeps an entry; one that is larger than all may be is not kept. */
  set(key: string, entry: Omit<LruEntry<T>, "bytes">, textChars: number): void {
    this.delete(key);
    // V8 keeps text that is not Latin in two bytes a character.
    const bytes = OVERHEAD_BYTES + 2 * (textChars + key.length);
    if (bytes > this.#limits.maxBytes) return;
    this.#entries.set(key, { ...entry, bytes });
    this.#bytes += bytes;
    for (const tag of entry.tags) {
      const keys = this.#byTag.get(tag);
      if (keys === undefined) this.#byTag.set(tag, new Set([key]));
      else keys.add(key);
    }
    while (this.#entries.size > this.#limits.maxEntries || this.#bytes > this.#limits.maxBytes) {
      const oldest = this.#entries.keys().next();
      if (oldest.done) break;
      this.delete(oldest.value);
    }
  }

  /** Deletes an entry; an unknown key is ignored. */
  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
    for (const tag of entry.tags) {
      const keys = this.#byTag.get(tag);
      keys?.delete(key);
      if (keys?.size === 0) this.#byTag.delete(tag);
    }
  }

  /** Deletes all entries of a tag. */
  deleteTagged(tag: string): void {
    for (const key of [...this.#byTag.get(tag) ?? []]) this.delete(key);
  }

  /** Deletes everything. */
  clear(): void {
    this.#entries.clear();
    this.#byTag.clear();
    this.#bytes = 0;
  }
}
