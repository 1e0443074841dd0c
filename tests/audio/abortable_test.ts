import assert from "node:assert/strict";
import { abortable, pull } from "../../audio/abortable.ts";

Deno.test("the outcome of a promise comes through, an abort ends the wait with its reason", async () => {
  const controller = new AbortController();
  assert.equal(await abortable(Promise.resolve(1), controller.signal), 1);
  await assert.rejects(abortable(Promise.reject(new Error("no")), controller.signal), /no/);
  const waiting = abortable(Promise.withResolvers<void>().promise, controller.signal);
  controller.abort(new Error("barge-in"));
  await assert.rejects(waiting, /barge-in/);
  await assert.rejects(abortable(Promise.reject(new Error("late")), controller.signal), /barge-in/);
});

Deno.test("leaving the loop closes the source before going on", async () => {
  let closed = false;
  async function* source(): AsyncGenerator<number> {
    try {
      for (let i = 0;; i++) yield await Promise.resolve(i);
    } finally {
      await Promise.resolve();
      closed = true;
    }
  }
  for await (const item of pull(source(), new AbortController().signal)) if (item === 2) break;
  assert.ok(closed);
});

Deno.test("an abort ends the loop although the source is stuck and fails to close", async () => {
  const controller = new AbortController();
  const source: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.withResolvers<IteratorResult<number>>().promise,
      return: () => Promise.reject(new Error("cannot close")),
    }),
  };
  const loop = (async () => {
    for await (const _ of pull(source, controller.signal)) assert.fail();
  })();
  controller.abort(new Error("barge-in"));
  await assert.rejects(loop, /barge-in/);
});
