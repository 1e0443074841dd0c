/**
 * The cache: keeps what is read again and again, and forgets it when it changes.
 *
 * @module
 */

/** How a value is kept. */
export interface CacheRead<T> {
  /**
   * What the value was read from, such as `device:aa:bb:cc:dd:ee:ff`: {@link Cache.invalidate} of any of these ends it. One key always has
   * the same tags.
   */
  readonly tags: readonly string[];
  /**
   * Checks a value that another process, or another version of this program, may have written: undefined for one that is not right, which
   * is then loaded.
   */
  readonly parse: (value: unknown) => T | undefined;
  /** Milliseconds for which it is kept at most; the cache's own time by default. */
  readonly ttlMs?: number;
  /** Milliseconds for which an absence, that is `undefined`, is kept; 0, the default, keeps none. */
  readonly absentTtlMs?: number;
  /**
   * Whether this process's memory may answer alone. Then a change on another node shows after the moment that its message takes, instead of
   * at once. False by default.
   */
  readonly near?: boolean;
}

/** What happened so far; each grows only. */
export interface CacheCounts {
  /** Reads answered with a kept value. */
  readonly hits: number;
  /** Of {@link hits}: those whose value was near its end, so that it was loaded anew behind the answer. */
  readonly stale: number;
  /** Reads that had to load, or to wait for a load. */
  readonly misses: number;
  /** Of {@link misses}: those that could not ask the cache. */
  readonly bypassed: number;
  /** Loads: fewer than misses where several reads shared one. */
  readonly loads: number;
  /** Values that came too late: what they were read from had changed meanwhile. */
  readonly dropped: number;
  /** Failures of the cache itself, kept values that were damaged, and loads behind an answer that failed. */
  readonly errors: number;
  /** Calls of {@link Cache.invalidate}. */
  readonly invalidations: number;
}

/** A cache. It never fails a read: what it cannot answer is loaded. */
export interface Cache {
  /**
   * The value of `key`, kept or loaded. Concurrent reads of a key share one load. Values come back as JSON would bring them, frozen;
   * a load that fails fails its readers and is not kept.
   */
  read<T>(key: string, options: CacheRead<T>, load: () => Promise<T>): Promise<T>;
  /**
   * Forgets every value with any of these tags; call it when the change is durable. From the call on, no read of this process returns what
   * was loaded before; once it has resolved with true, no read of any node does, {@link CacheRead.near} ones aside. False: other nodes
   * could not be told, and are when the connection is back. Never rejects, and waits no longer than one command may take.
   */
  invalidate(tags: readonly string[]): Promise<boolean>;
  /** What happened so far. */
  readonly counts: CacheCounts;
}
