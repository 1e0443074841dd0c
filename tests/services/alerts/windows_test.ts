import assert from "node:assert/strict";
import fc from "fast-check";
import { quantile } from "../../../services/alerts/quantile.ts";
import { CounterWindow } from "../../../services/alerts/window.ts";

Deno.test("a window tells how much counters grew within its span, and how much of it is known", () => {
  const window = new CounterWindow(60_000);
  assert.deepEqual(window.growth(0, 60_000), { by: [], coveredMs: 0 });
  for (let at = 0; at <= 120_000; at += 1000) window.add(at, [at / 1000, 5]);
  assert.deepEqual(window.growth(120_000, 60_000), { by: [60, 0], coveredMs: 60_000 });
  assert.deepEqual(window.growth(120_000, 10_000), { by: [10, 0], coveredMs: 10_000 });
});

Deno.test("a counter that went down began anew, and its window with it", () => {
  const window = new CounterWindow(60_000);
  window.add(0, [100]);
  window.add(30_000, [200]);
  window.add(31_000, [3]);
  window.add(40_000, [7]);
  assert.deepEqual(window.growth(40_000, 60_000), { by: [4], coveredMs: 9000 });
});

Deno.test("growth is never below 0 nor above all there was, and covers no more than was seen", () => {
  const steps = fc.array(fc.record({ ms: fc.integer({ min: 1, max: 30_000 }), more: fc.nat(100) }), { minLength: 1, maxLength: 200 });
  fc.assert(fc.property(steps, fc.integer({ min: 1, max: 90_000 }), (all, spanMs) => {
    const window = new CounterWindow(60_000);
    let [now, count] = [0, 0];
    for (const { ms, more } of all) {
      now += ms;
      count += more;
      window.add(now, [count]);
    }
    const { by: [grown = -1], coveredMs } = window.growth(now, spanMs);
    assert.ok(grown >= 0 && grown <= count);
    assert.ok(coveredMs >= 0 && coveredMs <= Math.min(spanMs, now));
  }));
});

Deno.test("a quantile is estimated within its bucket", () => {
  assert.equal(quantile(0.5, [1, 2, 4], [0, 10, 10, 10]), 1.5);
  assert.equal(quantile(0.95, [1, 2], [5, 5, 10]), 2);
  assert.equal(quantile(0.95, [1, 2], [0, 0, 0]), 0);
  assert.equal(quantile(1, [1, 2], [10, 10, 10]), 1);
});
