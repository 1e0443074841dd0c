/**
 * What every keeper of leases does, whatever it keeps them in.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { AppError } from "../../../base/errors.ts";
import type { Grant, Leases } from "../../../services/lease/lease.ts";

/** A keeper under test, as several nodes see it. */
export interface LeaseHarness extends AsyncDisposable {
  /** The keeper as a node sees it; each call is another node where the keeper has connections of its own. The harness closes it. */
  node(): Promise<Leases>;
  /** Makes `ms` milliseconds pass for the keeper: on a virtual clock, or really. */
  elapse(ms: number): Promise<void>;
  /** Makes the keeper unreachable for `node`; absent where there is nothing to lose. */
  cut?(node: Leases): Promise<void>;
}

/** A lease that no test outlives, milliseconds. */
const LONG_MS = 600_000;
/** A lease whose end a test waits for, milliseconds; and when it is over for certain. */
const SHORT_MS = 150;
const OVER_MS = 400;
/** The same for a lease that is to be renewed in time, however busy the machine is. */
const RENEWED_MS = 1500;
const NOT_RENEWED_MS = 1900;

/** Runs the contract over one kind of keeper. `runs` is how many random contests are fought. */
export function leaseContract(
  name: string,
  create: () => Promise<LeaseHarness>,
  options: { readonly ignore?: boolean; readonly runs?: number } = {},
): void {
  const { ignore = false, runs = 30 } = options;
  const test = (says: string, body: (one: Leases, other: Leases, harness: LeaseHarness) => Promise<void>) =>
    Deno.test({
      name: `${name}: ${says}`,
      ignore,
      fn: async () => {
        await using harness = await create();
        await body(await harness.node(), await harness.node(), harness);
      },
    });

  test("one holder at a time, whatever is leased beside it", async (one, other) => {
    const grant = await one.acquire("sync", "a", LONG_MS);
    assert.deepEqual([grant?.name, grant?.holder], ["sync", "a"]);
    assert.equal(await other.acquire("sync", "b", LONG_MS), undefined);
    assert.equal((await other.acquire("delivery", "b", LONG_MS))?.holder, "b");
    assert.equal(await one.acquire("delivery", "a", LONG_MS), undefined);
  });

  test("a lease that is given back is free at once, and the next token is greater", async (one, other) => {
    const first = await granted(one, "a");
    await one.release(first);
    const second = await granted(other, "b");
    assert.ok(second.token > first.token);
    await other.release(second);
    assert.ok((await granted(one, "a")).token > second.token);
  });

  test("a lease ends by itself, and the next token is greater", async (one, other, harness) => {
    const first = await granted(one, "a", SHORT_MS);
    await harness.elapse(OVER_MS);
    const second = await granted(other, "b");
    assert.ok(second.token > first.token);
    assert.equal(await one.renew(first, LONG_MS), false);
  });

  test("a lease that is renewed lasts longer than it was granted for", async (one, other, harness) => {
    const grant = await granted(one, "a", RENEWED_MS);
    assert.equal(await one.renew(grant, LONG_MS), true);
    await harness.elapse(NOT_RENEWED_MS);
    assert.equal(await other.acquire("sync", "b", LONG_MS), undefined);
    assert.equal(await one.renew(grant, LONG_MS), true);
  });

  test("who does not hold a lease neither renews nor releases it", async (one, other) => {
    const first = await granted(one, "a");
    await one.release(first);
    const second = await granted(other, "b");
    for (const wrong of [first, { ...second, token: second.token - 1 }]) {
      assert.equal(await one.renew(wrong, LONG_MS), false);
      await one.release(wrong);
    }
    assert.equal(await one.acquire("sync", "a", LONG_MS), undefined);
    assert.equal(await other.renew(second, LONG_MS), true);
  });

  test("a holder that asks again is granted anew, and its older grant is over", async (one) => {
    const first = await granted(one, "a");
    const second = await granted(one, "a");
    assert.ok(second.token > first.token);
    assert.equal(await one.renew(first, LONG_MS), false);
    await one.release(first);
    assert.equal(await one.renew(second, LONG_MS), true);
  });

  test("releasing what is over, twice or of another name changes nothing", async (one, other) => {
    const grant = await granted(one, "a");
    await one.release({ ...grant, name: "other" });
    assert.equal(await other.acquire("sync", "b", LONG_MS), undefined);
    await one.release(grant);
    await one.release(grant);
    assert.equal((await granted(other, "b")).holder, "b");
  });

  test("names and holders of any script are kept apart", async (one, other) => {
    for (const text of ["同步", "a b", "a:b", "%s", "*", "'; --"]) {
      assert.notEqual(await one.acquire(text, `${text} 1`, LONG_MS), undefined, text);
      assert.equal(await other.acquire(text, text, LONG_MS), undefined, text);
    }
  });

  test("a wrong name, holder or time is refused with what would be right", async (one) => {
    const wrong: [string, string, number][] = [
      ["", "a", 1],
      ["x".repeat(49), "a", 1],
      ["n", "", 1],
      ["n", "a", 0],
      ["n", "a", 1.5],
      ["n", "a", 1e9],
    ];
    for (const [name, holder, ttlMs] of wrong) {
      await assert.rejects(one.acquire(name, holder, ttlMs), { code: "bad_lease", message: /expected/ });
    }
  });

  test("of many that ask at once one is granted", async (one, other) => {
    const asked = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? one : other).acquire("sync", `n${index}`, LONG_MS)),
    );
    assert.equal(asked.filter((grant) => grant !== undefined).length, 1);
  });

  test("two that fight hold it in turns, never together, with growing tokens", async (one, other) => {
    const step = fc.record({ node: fc.nat(1), what: fc.constantFrom("acquire", "renew", "release") });
    let fights = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const name = `fight-${fights++}`;
        const nodes = [one, other] as const;
        let holder: number | undefined;
        let last = 0;
        const grants: (Grant | undefined)[] = [undefined, undefined];
        for (const { node, what } of steps) {
          const keeper = nodes[node]!;
          const grant = grants[node];
          if (what === "acquire") {
            const got = await keeper.acquire(name, `node-${node}`, LONG_MS);
            assert.equal(got !== undefined, holder === undefined || holder === node);
            if (got === undefined) continue;
            assert.ok(got.token > last, `${got.token} after ${last}`);
            last = got.token;
            holder = node;
            grants[node] = got;
          } else if (grant !== undefined && what === "renew") {
            assert.equal(await keeper.renew(grant, LONG_MS), holder === node && grant.token === last);
          } else if (grant !== undefined) {
            await keeper.release(grant);
            if (holder === node && grant.token === last) holder = undefined;
          }
        }
      }),
      { numRuns: runs },
    );
  });

  test("a keeper that cannot be reached rejects and says that it may be tried again", async (one, other, harness) => {
    const grant = await granted(one, "a");
    if (harness.cut === undefined) await one[Symbol.asyncDispose]();
    else await harness.cut(one);
    const retryable = (error: unknown) => error instanceof AppError && error.retryable;
    await assert.rejects(one.acquire("sync", "a", LONG_MS), retryable);
    await assert.rejects(one.renew(grant, LONG_MS), retryable);
    await assert.rejects(one.release(grant), retryable);
    void other;
  });
}

async function granted(leases: Leases, holder: string, ttlMs = LONG_MS): Promise<Grant> {
  const grant = await leases.acquire("sync", holder, ttlMs);
  assert.ok(grant !== undefined, `${holder} is not granted the lease`);
  return grant;
}
