/**
 * The cache over any place for values: what to load, when, and what to do with it.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { messageOf } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import type { Cache, CacheCounts, CacheRead } from "./cache.ts";
import { Flights } from "./flights.ts";
import type { CacheTier, Fill, Kept, Look } from "./tier.ts";

/** Of a value's time, the part by which it may be shorter, at random: values that were loaded together do not end together. */
const JITTER = 0.1;
/** Of a value's time, the last part, in which it is answered once more and loaded behind the answer. */
const RENEW_SHARE = 0.2;
/** Characters of JSON of the largest value that is kept: a page of a thousand sessions has a third of it. */
const MAX_VALUE_CHARS = 1024 * 1024;

/** What a {@link tieredCache} needs. */
export interface TieredCacheOptions {
  readonly tier: CacheTier;
  readonly random: Random;
  readonly logger: Logger;
  /** How long values are kept at most where a read says nothing else, milliseconds. */
  readonly ttlMs: number;
}

/** Makes a cache over `tier`. */
export function tieredCache(options: TieredCacheOptions): Cache {
  return new TieredCache(options);
}

type Counts = { -readonly [K in keyof CacheCounts]: number };

class TieredCache implements Cache {
  readonly #options: TieredCacheOptions;
  readonly #flights = new Flights();
  readonly #counts: Counts = { hits: 0, stale: 0, misses: 0, bypassed: 0, loads: 0, dropped: 0, errors: 0, invalidations: 0 };

  constructor(options: TieredCacheOptions) {
    this.#options = options;
  }

  get counts(): CacheCounts {
    return { ...this.#counts };
  }

  async read<T>(key: string, options: CacheRead<T>, load: () => Promise<T>): Promise<T> {
    const look = await this.#look(key, options);
    if (look === undefined) {
      this.#counts.misses++;
      this.#counts.bypassed++;
      return await this.#flights.after(key, () => this.#load(load));
    }
    const found = this.#accept(key, options, look);
    const flight = `${look.generations} ${key}`;
    const loadAndKeep = async (): Promise<T> => {
      const value = await this.#load(load);
      await this.#keep(key, options, look.generations, value);
      return value;
    };
    if (found === undefined) {
      this.#counts.misses++;
      return await this.#flights.join(flight, loadAndKeep);
    }
    this.#counts.hits++;
    if (found.leftMs < found.renewMs) {
      this.#counts.stale++;
      if (!this.#flights.has(flight)) {
        this.#flights.join(flight, loadAndKeep).catch((error) => this.#failed("A value of the cache could not be renewed: {error}", error));
      }
    }
    return found.value;
  }

  async invalidate(tags: readonly string[]): Promise<boolean> {
    this.#counts.invalidations++;
    if (tags.length === 0) return true;
    try {
      return await this.#options.tier.invalidate([...new Set(tags)]);
    } catch (error) {
      this.#failed("The cache could not be invalidated: {error}", error);
      return false;
    }
  }

  async #look<T>(key: string, { tags, near = false }: CacheRead<T>): Promise<Look | undefined> {
    try {
      return await this.#options.tier.look(key, tags, near);
    } catch (error) {
      this.#failed("The cache could not be read: {error}", error);
      return undefined;
    }
  }

  #accept<T>(key: string, { parse }: CacheRead<T>, { kept, damaged }: Look): (Kept & { readonly value: T }) | undefined {
    if (kept !== undefined) {
      if (kept.value === undefined) return kept as Kept & { readonly value: T };
      const value = parsed(parse, kept.value);
      if (value !== undefined) return { ...kept, value };
    }
    if (kept === undefined && !damaged) return undefined;
    this.#counts.errors++;
    // Keys hold ids and nothing that was said.
    this.#options.logger.warn("The cache holds something else under {key} than was put there; it is loaded anew", { key });
    return undefined;
  }

  async #load<T>(load: () => Promise<T>): Promise<T> {
    this.#counts.loads++;
    return await load();
  }

  async #keep<T>(key: string, options: CacheRead<T>, generations: string, value: T): Promise<void> {
    const fill = this.#fill(options, value);
    if (fill === undefined) return;
    try {
      if (await this.#options.tier.fill(key, options.tags, generations, fill) === false) this.#counts.dropped++;
    } catch (error) {
      this.#failed("The cache could not be written: {error}", error);
    }
  }

  #fill<T>({ ttlMs = this.#options.ttlMs, absentTtlMs = 0 }: CacheRead<T>, value: T): Fill | undefined {
    const json = value === undefined ? undefined : JSON.stringify(value);
    const longestMs = value === undefined ? absentTtlMs : ttlMs;
    const keptMs = Math.floor(longestMs * (1 - JITTER * this.#options.random.next()));
    if (keptMs < 1 || (json?.length ?? 0) > MAX_VALUE_CHARS) return undefined;
    return { json, ttlMs: keptMs, renewMs: Math.floor(longestMs * RENEW_SHARE) };
  }

  #failed(message: string, error: unknown): void {
    this.#counts.errors++;
    this.#options.logger.warn(message, { error: messageOf(error) });
  }
}

function parsed<T>(parse: (value: unknown) => T | undefined, value: unknown): T | undefined {
  try {
    return parse(value);
  } catch {
    return undefined;
  }
}
