import assert from "node:assert/strict";
import { tapped } from "../../audio/tapped.ts";

/** Items, then an error where there is one; says what became of it. */
function source(items: readonly number[], error?: Error): AsyncIterable<number> & { readonly closed: number } {
  let closed = 0;
  return {
    get closed() {
      return closed;
    },
    async *[Symbol.asyncIterator]() {
      try {
        for (const item of items) yield await Promise.resolve(item);
        if (error !== undefined) throw error;
      } finally {
        closed++;
      }
    },
  };
}

Deno.test("a tapped stream is the same stream, and its taps hear of each item and of the end", async () => {
  const heard: unknown[] = [];
  const stream = tapped(source([1, 2]), { item: (item) => heard.push(item), end: () => heard.push("end"), over: () => heard.push("over") });
  assert.deepEqual(await Array.fromAsync(stream), [1, 2]);
  assert.deepEqual(heard, [1, 2, "over", "end"]);
});

Deno.test("leaving a tapped stream closes its source", async () => {
  const inner = source([1, 2]);
  let over = 0;
  for await (const _ of tapped(inner, { over: () => over++ })) break;
  assert.deepEqual([inner.closed, over], [1, 1]);
});

Deno.test("what a tap throws ends the stream and closes its source; what the source throws can be told otherwise", async () => {
  const inner = source([1, 2, 3]);
  let over = 0;
  const stream = tapped(inner, {
    item: (item) => {
      if (item === 2) throw new Error("Enough");
    },
    over: () => over++,
  });
  await assert.rejects(Array.fromAsync(stream), { message: "Enough" });
  assert.deepEqual([inner.closed, over], [1, 1]);
  const failing = tapped(source([], new Error("inner")), { failure: (error) => new Error("outer", { cause: error }), over: () => over++ });
  await assert.rejects(Array.fromAsync(failing), { message: "outer" });
  assert.equal(over, 2);
});

Deno.test("a tapped stream that is over stays over", async () => {
  const iterator = tapped(source([1], new Error("once")), {})[Symbol.asyncIterator]();
  await iterator.next();
  await assert.rejects(iterator.next(), { message: "once" });
  assert.equal((await iterator.next()).done, true);
});
