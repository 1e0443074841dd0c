/**
 * Values in the memory of this process.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { Generations } from "./generations.ts";
import { Lru, type LruLimits } from "./lru.ts";
import type { CacheTier, Fill, Look } from "./tier.ts";

interface Remembered {
  readonly value: unknown;
  readonly renewMs: number;
}

/** Makes a place in memory: the whole cache of a runtime that is the only one that changes its data. */
export function memoryTier(clock: Clock, limits: LruLimits): CacheTier {
  return new MemoryTier(clock, limits);
}

class MemoryTier implements CacheTier {
  readonly #clock: Clock;
  readonly #generations = new Generations();
  readonly #values: Lru<Remembered>;

  constructor(clock: Clock, limits: LruLimits) {
    this.#clock = clock;
    this.#values = new Lru(limits);
  }

  look(key: string, tags: readonly string[]): Promise<Look> {
    const now = this.#clock.now();
    const generations = this.#generations.of(tags);
    const entry = this.#values.get(key, now);
    return Promise.resolve(entry === undefined ? { generations } : { generations, kept: { ...entry.value, leftMs: entry.until - now } });
  }

  fill(key: string, tags: readonly string[], generations: string, { json, ttlMs, renewMs }: Fill): Promise<boolean> {
    if (this.#generations.of(tags) !== generations) return Promise.resolve(false);
    this.#values.set(key, { value: { value: frozen(json), renewMs }, tags, until: this.#clock.now() + ttlMs }, json?.length ?? 0);
    return Promise.resolve(true);
  }

  invalidate(tags: readonly string[]): Promise<boolean> {
    for (const tag of tags) {
      this.#generations.advance(tag);
      this.#values.deleteTagged(tag);
    }
    return Promise.resolve(true);
  }
}

/** The value of a JSON text, which nobody can change: it is handed to many. */
export function frozen(json: string | undefined): unknown {
  return json === undefined ? undefined : JSON.parse(json, (_, value) => Object.freeze(value));
}
