import assert from "node:assert/strict";
import { systemRandom } from "../../../base/random.ts";
import { Generations } from "../../../services/cache/generations.ts";
import { Lru } from "../../../services/cache/lru.ts";
import { memoryTier } from "../../../services/cache/memory.ts";
import { noTier } from "../../../services/cache/none.ts";
import { tieredCache } from "../../../services/cache/tiered.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { silent } from "../redis/support.ts";
import { cacheContract } from "./contract.ts";
import { ROOMY } from "./nodes.ts";

cacheContract("cache in memory", () => {
  const clock = new VirtualClock();
  const tier = memoryTier(clock, ROOMY);
  return Promise.resolve({
    nodes: [tieredCache({ tier, random: systemRandom(), logger: silent, ttlMs: 1_800_000 })],
    elapse: (_: string, ms: number) => clock.advance(ms),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}, { runs: 100 });

Deno.test("values that were loaded together do not end together, and none lasts longer than its time", async () => {
  const clock = new VirtualClock();
  const cache = tieredCache({ tier: memoryTier(clock, ROOMY), random: systemRandom(), logger: silent, ttlMs: 1000 });
  const parse = (value: unknown) => typeof value === "number" ? value : undefined;
  const read = (key: number, load: () => Promise<number>) => cache.read<number>(`k${key}`, { tags: [], parse }, load);
  for (let key = 0; key < 100; key++) await read(key, () => Promise.resolve(0));
  await clock.advance(950);
  let ended = 0;
  for (let key = 0; key < 100; key++) ended += await read(key, () => Promise.resolve(1));
  assert.ok(ended > 10 && ended < 90, `${ended} of 100 ended within the last tenth of their time`);
  await clock.advance(1000);
  for (let key = 0; key < 100; key++) assert.equal(await read(key, () => Promise.resolve(2)), 2);
});

Deno.test("where nothing can be kept, readers share loads that begin after they asked", async () => {
  const cache = tieredCache({ tier: noTier(), random: systemRandom(), logger: silent, ttlMs: 1000 });
  const gates: PromiseWithResolvers<number>[] = [];
  const read = () =>
    cache.read<number>("k", { tags: [], parse: () => undefined }, () => {
      gates.push(Promise.withResolvers());
      return gates.at(-1)!.promise;
    });
  const clock = new VirtualClock();
  const first = read();
  await clock.advance(0);
  const later = [read(), read(), read()];
  await clock.advance(0);
  assert.equal(gates.length, 1);
  gates[0]!.resolve(1);
  await clock.advance(0);
  assert.equal(gates.length, 2);
  const last = read();
  await clock.advance(0);
  gates[1]!.resolve(2);
  await clock.advance(0);
  gates[2]!.resolve(3);
  assert.deepEqual([await first, ...await Promise.all(later), await last], [1, 2, 2, 2, 3]);
  assert.equal(gates.length, 3);
  const { bypassed, misses, loads } = cache.counts;
  assert.deepEqual([bypassed, misses, loads], [5, 5, 3]);
});

Deno.test("memory is bounded by number and size, and the least recently used goes first", () => {
  const lru = new Lru<number>({ maxEntries: 3, maxBytes: 4000 });
  const set = (key: string, chars = 10) => lru.set(key, { value: 1, tags: [`t${key}`, "all"], until: 10 }, chars);
  for (const key of ["a", "b", "c"]) set(key);
  lru.get("a", 0);
  set("d");
  assert.deepEqual(["a", "b", "c", "d"].map((key) => lru.get(key, 0) !== undefined), [true, false, true, true]);
  set("large", 1500);
  assert.deepEqual([lru.get("large", 0)?.value, lru.size], [1, 3]);
  set("larger", 5000);
  assert.equal(lru.get("larger", 0), undefined);
  assert.ok(lru.bytes <= 4000);
  assert.equal(lru.get("large", 10), undefined, "over at its end");
  lru.deleteTagged("all");
  assert.deepEqual([lru.size, lru.bytes, lru.tags], [0, 0, 0]);
  set("a");
  lru.clear();
  assert.deepEqual([lru.size, lru.bytes, lru.tags], [0, 0, 0]);
});

Deno.test("a tag that was forgotten is never of a generation that it was of before", () => {
  const generations = new Generations(2);
  const seen = new Map<string, Set<string>>();
  const tags = ["a", "b", "c", "d"];
  for (let round = 0; round < 50; round++) {
    const tag = tags[(round * 7) % tags.length]!;
    const before = generations.of([tag]);
    const known = seen.get(tag) ?? new Set();
    known.add(before);
    seen.set(tag, known);
    generations.advance(tag);
    assert.ok(!known.has(generations.of([tag])));
    if (round % 17 === 0) generations.advanceAll();
  }
});
