/**
 * How often somebody may do something: a bucket of tokens for each, filled at an even pace.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";

/** What a {@link RateLimiter} needs. */
export interface RateLimiterOptions {
  readonly clock: Pick<Clock, "now">;
  /** Tokens in a minute, and at most at once; 0 is no limit. Read anew each time. */
  readonly perMinute: () => number;
  /** @default {MAX_KEYS} */
  readonly maxKeys?: number;
}

/** The answer: whether there was a token, and if not, after how many seconds there is one. */
export type RateVerdict = { readonly ok: true } | { readonly ok: false; readonly retryAfterS: number };

/** Buckets kept at once, of about 100 bytes each. Who floods with more names than this is stopped by the limit of the address. */
export const MAX_KEYS = 10_000;

const MINUTE_MS = 60_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** Counts for each key on its own. */
export class RateLimiter {
  readonly #options: RateLimiterOptions;
  /** The least recently used first. */
  readonly #buckets = new Map<string, Bucket>();
  #forgotten = 0;

  constructor(options: RateLimiterOptions) {
    this.#options = options;
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Keys that were forgotten before their bucket was full again, for want of room. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Takes a token of `key`. */
  take(key: string): RateVerdict {
    const { clock, perMinute, maxKeys = MAX_KEYS } = this.#options;
    const most = perMinute();
    if (most === 0) return { ok: true };
    const now = clock.now();
    const known = this.#buckets.get(key);
    const tokens = known === undefined ? most : Math.min(most, known.tokens + (now - known.at) / MINUTE_MS * most);
    this.#buckets.delete(key);
    const left = tokens >= 1 ? tokens - 1 : tokens;
    this.#buckets.set(key, { tokens: left, at: now });
    if (this.#buckets.size > maxKeys) this.#forgetOldest(now, most);
    return tokens >= 1 ? { ok: true } : { ok: false, retryAfterS: Math.ceil((1 - tokens) / most * MINUTE_MS / 1000) };
  }

  #forgetOldest(now: number, most: number): void {
    const [oldest] = this.#buckets;
    if (oldest === undefined) return;
    const [key, { tokens, at }] = oldest;
    this.#buckets.delete(key);
    if (tokens + (now - at) / MINUTE_MS * most < most) this.#forgotten++;
  }
}
