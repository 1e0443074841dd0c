import assert from "node:assert/strict";
import { fixed, percent, quantile, spread } from "../../bench/support/stats.ts";

Deno.test("a quantile is one of the values: the smallest with that share at or below it", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.deepEqual([0, 0.5, 0.95, 0.99, 1].map((q) => quantile(values, q)), [1, 50, 95, 99, 100]);
  assert.deepEqual([0.5, 0.99].map((q) => quantile([7], q)), [7, 7]);
});

Deno.test("where there is nothing to say, a cell is a dash", () => {
  assert.deepEqual([...spread([]), fixed(undefined, 1), percent(0, 0)], ["-", "-", "-", "-", "-", "-"]);
  assert.equal(percent(1, 8), "12.50 %");
});
