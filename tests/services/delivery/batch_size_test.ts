import assert from "node:assert/strict";
import { BatchSize } from "../../../services/delivery/batch_size.ts";

Deno.test("batches double while they are quick, up to 200, and halve when they are slow or fail, down to one", () => {
  const size = new BatchSize();
  const sizes = [size.turns];
  for (const ms of [10, 10, 10, 10, 2_000, 6_000, 60_000]) {
    size.applied(ms);
    sizes.push(size.turns);
  }
  assert.deepEqual(sizes, [25, 50, 100, 200, 200, 200, 100, 50]);
  for (let n = 0; n < 20; n++) size.failed();
  assert.equal(size.turns, 1);
  size.applied(10);
  assert.equal(size.turns, 2);
});
