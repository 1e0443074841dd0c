/**
 * What every cache does, wherever it keeps its values.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Cache, CacheRead } from "../../../services/cache/cache.ts";
import { settle } from "../../support/virtual_clock.ts";
import { until } from "../redis/support.ts";

/** A cache under test, as several nodes see it. */
export interface CacheHarness extends AsyncDisposable {
  /** The same cache on each node; one alone where it belongs to its process. */
  readonly nodes: readonly Cache[];
  /** Makes `ms` milliseconds pass for what is kept under `key`. */
  elapse(key: string, ms: number): Promise<void>;
}

const TTL_MS = 1_800_000;
const TAGS = ["device:a"];
const number = (value: unknown) => typeof value === "number" ? value : undefined;
const plain: CacheRead<number | undefined> = { tags: TAGS, parse: number };

/** Runs the contract over one kind of cache. `runs` is how many random histories are tried. */
export function cacheContract(
  name: string,
  create: () => Promise<CacheHarness>,
  options: { readonly ignore?: boolean; readonly runs?: number } = {},
): void {
  const { ignore = false, runs = 25 } = options;
  const test = (says: string, body: (one: Cache, other: Cache, harness: CacheHarness) => Promise<void>) =>
    Deno.test({
      name: `${name}: ${says}`,
      ignore,
      fn: async () => {
        await using harness = await create();
        await body(harness.nodes[0]!, harness.nodes.at(-1)!, harness);
      },
    });

  /** A load that counts, and returns how often it ran. */
  const counter = () => {
    const load: { count: number } & (() => Promise<number>) = Object.assign(() => Promise.resolve(++load.count), { count: 0 });
    return load;
  };

  test("a value is loaded once and kept, and the reads are counted", async (one) => {
    const load = counter();
    assert.deepEqual([await one.read("k", plain, load), await one.read("k", plain, load), await one.read("k", plain, load)], [1, 1, 1]);
    const { hits, misses, loads, errors, bypassed } = one.counts;
    assert.deepEqual([hits, misses, loads, errors, bypassed], [2, 1, 1, 0, 0]);
  });

  test("many who want the same at once cause one load", async (one) => {
    const gate = Promise.withResolvers<number>();
    let loads = 0;
    const reads = Array.from({ length: 50 }, () => one.read("k", plain, () => (loads++, gate.promise)));
    await until(() => loads > 0, "a load began");
    gate.resolve(7);
    assert.deepEqual([...new Set(await Promise.all(reads))], [7]);
    assert.equal(loads, 1);
  });

  test("a load that fails fails its readers alone and is not kept", async (one) => {
    const gate = Promise.withResolvers<number>();
    let began = false;
    const reads = [0, 1].map(() => one.read("k", plain, () => (began = true, gate.promise)));
    const outcomes = Promise.allSettled(reads);
    await until(() => began, "a load began");
    gate.reject(new Error("The database is away"));
    assert.deepEqual((await outcomes).map(({ status }) => status), ["rejected", "rejected"]);
    await assert.rejects(
      one.read("k", plain, () => {
        throw new Error("thrown, not rejected");
      }),
      /thrown, not rejected/,
    );
    assert.equal(await one.read("k", plain, () => Promise.resolve(3)), 3);
  });

  test("invalidating a tag ends its values on every node and no others", async (one, other) => {
    const [mine, theirs] = [counter(), counter()];
    const elsewhere: CacheRead<number | undefined> = { tags: ["device:b", "fleet"], parse: number };
    for (const node of [one, other]) await Promise.all([node.read("k", plain, mine), node.read("j", elsewhere, theirs)]);
    assert.deepEqual([mine.count, theirs.count], [1, 1]);
    assert.equal(await other.invalidate(["device:a", "nobody"]), true);
    assert.deepEqual([await one.read("k", plain, mine), await one.read("j", elsewhere, theirs)], [2, 1]);
    assert.equal(await one.invalidate(["fleet"]), true);
    assert.deepEqual([await other.read("k", plain, mine), await other.read("j", elsewhere, theirs)], [2, 2]);
    assert.equal(await one.invalidate([]), true);
    assert.equal(await other.read("k", plain, mine), 2);
  });

  test("a load that began before an invalidation is not kept after it, on whichever node either was", async (one, other) => {
    for (const [loader, invalidator] of [[one, other], [other, one], [one, one]] as const) {
      const gate = Promise.withResolvers<number>();
      let began = false;
      const late = loader.read("k", plain, () => (began = true, gate.promise));
      await until(() => began, "the load began");
      await invalidator.invalidate(TAGS);
      gate.resolve(-1);
      assert.equal(await late, -1);
      assert.equal(loader.counts.dropped > 0, true);
      const load = counter();
      assert.deepEqual([await one.read("k", plain, load), await other.read("k", plain, load)], [1, 1]);
      await one.invalidate(TAGS);
    }
  });

  test("who reads after an invalidation does not wait for a load that began before it", async (one, other) => {
    const gate = Promise.withResolvers<number>();
    let began = false;
    const late = one.read("k", plain, () => (began = true, gate.promise));
    await until(() => began, "the load began");
    await other.invalidate(TAGS);
    assert.equal(await one.read("k", plain, () => Promise.resolve(2)), 2);
    gate.resolve(1);
    assert.equal(await late, 1);
    assert.equal(await one.read("k", plain, () => Promise.resolve(3)), 2);
  });

  test("a value ends with its time, on the dot at the latest", async (one, _, harness) => {
    const load = counter();
    await one.read("k", plain, load);
    await harness.elapse("k", TTL_MS);
    assert.equal(await one.read("k", plain, load), 2);
    await one.read("short", { ...plain, ttlMs: 1000 }, load);
    await harness.elapse("short", 1000);
    assert.equal(await one.read("short", { ...plain, ttlMs: 1000 }, load), 4);
  });

  test("a value near its end is answered once more and loaded behind the answer", async (one, other, harness) => {
    const load = counter();
    await one.read("k", plain, load);
    await harness.elapse("k", TTL_MS * 0.85);
    assert.equal(await one.read("k", plain, load), 1);
    await until(() => load.count === 2, "it was loaded behind the answer");
    await until(async () => await other.read("k", plain, load) === 2, "the new value is answered");
    assert.ok(one.counts.stale > 0);
    assert.equal(load.count, 2);
  });

  test("where loading behind the answer fails, the value is answered until its end", async (one, _, harness) => {
    await one.read("k", plain, () => Promise.resolve(1));
    await harness.elapse("k", TTL_MS * 0.85);
    const fails = () => Promise.reject(new Error("The database is away"));
    assert.equal(await one.read("k", plain, fails), 1);
    await until(() => one.counts.errors > 0, "the failure was counted");
    assert.equal(await one.read("k", plain, fails), 1);
    await settle();
  });

  test("an absence is kept where that was asked for, shorter than a value, until it is invalidated", async (one, other, harness) => {
    let loads = 0;
    const absent = () => (loads++, Promise.resolve(undefined));
    await one.read("k", plain, absent);
    await one.read("k", plain, absent);
    assert.equal(loads, 2);
    const keeping = { ...plain, absentTtlMs: 60_000 };
    for (let times = 0; times < 3; times++) assert.equal(await one.read("j", keeping, absent), undefined);
    assert.equal(loads, 3);
    await harness.elapse("j", 60_000);
    await one.read("j", keeping, absent);
    assert.equal(loads, 4);
    await other.invalidate(TAGS);
    assert.equal(await one.read("j", keeping, () => Promise.resolve(5)), 5);
  });

  test("a value that the reader does not know is loaded anew and replaced", async (one) => {
    const text: CacheRead<string | undefined> = { tags: TAGS, parse: (value) => typeof value === "string" ? value : undefined };
    const throwing: CacheRead<string> = {
      tags: TAGS,
      parse: () => {
        throw new Error("not mine");
      },
    };
    await one.read("k", plain, () => Promise.resolve(1));
    assert.equal(await one.read("k", text, () => Promise.resolve("new")), "new");
    assert.equal(await one.read("k", text, () => Promise.resolve("newer")), "new");
    assert.equal(await one.read("k", throwing, () => Promise.resolve("mine")), "mine");
    assert.equal(one.counts.errors, 2);
  });

  test("a kept value is the same for all and can be changed by none", async (one, other) => {
    const value: { list: unknown[]; none?: string | undefined } = { list: [1, { deep: '你好\u0000😀\n"' }], none: undefined };
    const any: CacheRead<typeof value> = { tags: TAGS, parse: (kept) => kept as typeof value };
    await one.read("k", any, () => Promise.resolve(value));
    const never = () => Promise.reject(new Error("loaded again"));
    for (const node of [one, other, one]) {
      const kept = await node.read("k", any, never);
      assert.deepEqual(kept, { list: [1, { deep: '你好\u0000😀\n"' }] });
      assert.throws(() => kept.list.push(2), TypeError);
      assert.throws(() => (kept.list[1] as { deep: string }).deep = "", TypeError);
    }
  });

  test("keys and tags of any script are kept apart", async (one, other) => {
    const keys = ["a", "a ", "A", "a:b", "{a}", "*", "设备", "a\nb", "generation"];
    for (const [index, key] of keys.entries()) {
      await one.read(key, { tags: [`t${key}`], parse: number }, () => Promise.resolve(index));
    }
    for (const [index, key] of keys.entries()) {
      const never = () => Promise.reject(new Error(`loaded again: ${key}`));
      assert.equal(await other.read(key, { tags: [`t${key}`], parse: number }, never), index);
    }
    await other.invalidate(["t*"]);
    assert.equal(await one.read("a", { tags: ["ta"], parse: number }, () => Promise.resolve(-1)), 0);
    assert.equal(await one.read("*", { tags: ["t*"], parse: number }, () => Promise.resolve(-1)), -1);
  });

  test("a value that is too large is answered and not kept", async (one) => {
    const large = "x".repeat(2 * 1024 * 1024);
    const text: CacheRead<string | undefined> = { tags: TAGS, parse: (value) => typeof value === "string" ? value : undefined };
    assert.equal((await one.read("k", text, () => Promise.resolve(large)))?.length, large.length);
    assert.equal(await one.read("k", text, () => Promise.resolve("small")), "small");
  });

  test(
    "whatever happens at once, no read returns what was loaded before an invalidation that was over",
    async (_one, _other, { nodes }) => {
      const operation = fc.record({
        node: fc.nat(nodes.length - 1),
        key: fc.nat(1),
        write: fc.boolean(),
        near: fc.boolean(),
        before: fc.nat(3),
        after: fc.nat(3),
      });
      const pause = async (turns: number) => {
        for (let turn = 0; turn < turns; turn++) await settle();
      };
      let histories = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(operation, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 }), async (batches) => {
          const history = histories++;
          const database = [0, 0];
          /** Versions that are over for all nodes, and for the one that asked for it, near reads included. */
          const over = [0, 0];
          const overOn = nodes.map(() => [0, 0]);
          for (const batch of batches) {
            await Promise.all(batch.map(async ({ node, key, write, near, before, after }) => {
              const tags = [`h${history}:${key}`];
              await pause(before);
              if (write) {
                const version = ++database[key]!;
                await pause(after);
                const done = nodes[node]!.invalidate(tags);
                overOn[node]![key] = Math.max(overOn[node]![key]!, version);
                assert.equal(await done, true);
                over[key] = Math.max(over[key]!, version);
                return;
              }
              const floor = Math.max(near ? 0 : over[key]!, overOn[node]![key]!);
              const read = await nodes[node]!.read(`h${history}:${key}`, { tags, parse: number, near }, async () => {
                await pause(before);
                const version = database[key]!;
                await pause(after);
                return version;
              });
              assert.ok(read >= floor, `read ${read} after ${floor} was over`);
            }));
          }
        }),
        { numRuns: runs },
      );
    },
  );
}
