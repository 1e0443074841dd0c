import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteQueue } from "../../audio/byte_queue.ts";

Deno.test("bytes leave in the order they came, whatever the pieces", () => {
  const step = fc.oneof(fc.uint8Array({ maxLength: 6000 }), fc.nat(6000));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const queue = new ByteQueue();
      let model: number[] = [];
      for (const one of steps) {
        if (typeof one === "number") {
          assert.deepEqual([...queue.take(one)], model.slice(0, one));
          model = model.slice(one);
        } else {
          queue.push(one);
          model.push(...one);
        }
        assert.equal(queue.length, model.length);
        assert.deepEqual([...queue.view], model);
      }
    }),
    { numRuns: 50 },
  );
});
