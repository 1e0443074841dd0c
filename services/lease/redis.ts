/**
 * Leases kept by Redis: what decides is the server's clock and its single thread.
 *
 * @module
 */

import type { RedisLink } from "../redis/link.ts";
import { NEXT_NUMBER, redisScript } from "../redis/script.ts";
import { checkLease } from "./check.ts";
import type { Grant, Leases } from "./lease.ts";

const ACQUIRE = redisScript(
  "acquire a lease",
  `${NEXT_NUMBER}
local held = redis.call('GET', KEYS[1])
if held and string.match(held, '^%d+ (.*)$') ~= ARGV[1] then return false end
local token = nextNumber(KEYS[2], ARGV[3])
redis.call('SET', KEYS[1], token .. ' ' .. ARGV[1], 'PX', ARGV[2])
return token
`,
);

const RENEW = redisScript(
  "renew a lease",
  `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`,
);

const RELEASE = redisScript(
  "release a lease",
  `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`,
);

/**
 * Leases in Redis. Keys are `lease:{name}` and the counter `lease-token:{name}`, which never expires. A Redis that loses its data may grant
 * what another still believes to hold; the token of the new grant is greater all the same, because it counts from the server's time. The
 * link stays the caller's.
 */
export function redisLeases(link: RedisLink): Leases {
  return new RedisLeases(link);
}

class RedisLeases implements Leases {
  readonly #link: RedisLink;
  /** The greatest token seen of each name: leases are few and their names fixed. */
  readonly #seen = new Map<string, number>();

  constructor(link: RedisLink) {
    this.#link = link;
  }

  async acquire(name: string, holder: string, ttlMs: number): Promise<Grant | undefined> {
    checkLease(name, holder, ttlMs);
    const keys = [this.#key(name), this.#link.key(`lease-token:${name}`)];
    const token = await this.#link.run(ACQUIRE, keys, [holder, ttlMs, this.#seen.get(name) ?? 0]);
    if (token === null) return undefined;
    const grant = { name, holder, token: Number(token) };
    this.#seen.set(name, Math.max(grant.token, this.#seen.get(name) ?? 0));
    return grant;
  }

  async renew(grant: Grant, ttlMs: number): Promise<boolean> {
    checkLease(grant.name, grant.holder, ttlMs);
    return await this.#link.run(RENEW, [this.#key(grant.name)], [valueOf(grant), ttlMs]) === 1;
  }

  async release(grant: Grant): Promise<void> {
    await this.#link.run(RELEASE, [this.#key(grant.name)], [valueOf(grant)]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  #key(name: string): string {
    return this.#link.key(`lease:${name}`);
  }
}

function valueOf({ token, holder }: Grant): string {
  return `${token} ${holder}`;
}
