/**
 * Where a cache keeps its values.
 *
 * @module
 */

/** A kept value. */
export interface Kept {
  /** Undefined where an absence is kept. */
  readonly value: unknown;
  /** Milliseconds for which it is still kept. */
  readonly leftMs: number;
  /** It should be loaded anew when less than this is left, milliseconds. */
  readonly renewMs: number;
}

/** What was found. */
export interface Look {
  /**
   * The generations of the value's tags at this moment, opaque: the same text means that none of them was invalidated in between. It never
   * comes back once it has changed.
   */
  readonly generations: string;
  readonly kept?: Kept;
  /** A value was there and could not be read; it counts as none. */
  readonly damaged?: true;
}

/** What is to be kept. */
export interface Fill {
  /** As JSON; undefined for an absence. */
  readonly json: string | undefined;
  readonly ttlMs: number;
  readonly renewMs: number;
}

/** A place for values. */
export interface CacheTier {
  /** Looks a key up; undefined where the place cannot be asked now. */
  look(key: string, tags: readonly string[], near: boolean): Promise<Look | undefined>;
  /**
   * Keeps a value whose load began after a {@link look} that found `generations`; drops it when they have changed.
   *
   * @returns Whether it was kept; undefined where the place cannot be asked now.
   */
  fill(key: string, tags: readonly string[], generations: string, fill: Fill): Promise<boolean | undefined>;
  /** As `Cache.invalidate`: what belongs to this process happens before it returns. */
  invalidate(tags: readonly string[]): Promise<boolean>;
}
