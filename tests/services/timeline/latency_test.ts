import assert from "node:assert/strict";
import fc from "fast-check";
import { latencyOf, spread } from "../../../services/timeline/latency.ts";
import { anySource, anyTimings } from "./samples.ts";

Deno.test("P50 and P95 are values that were measured, in order, and most values are no longer", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 200 }), (values) => {
    const { count, p50Ms, p95Ms } = spread(values);
    assert.equal(count, values.length);
    assert.ok(values.includes(p50Ms) && values.includes(p95Ms) && p50Ms <= p95Ms);
    assert.ok(values.filter((value) => value <= p50Ms).length >= count / 2);
    assert.ok(values.filter((value) => value <= p95Ms).length >= count * 0.95);
  }));
});

Deno.test("with few turns P95 is the longest of them", () => {
  assert.deepEqual(spread([5, 1, 9, 3, 7, 2, 8]), { count: 7, p50Ms: 5, p95Ms: 9 });
  assert.deepEqual(spread(Array.from({ length: 20 }, (_, index) => index + 1)), { count: 20, p50Ms: 10, p95Ms: 19 });
});

Deno.test("what is usual counts, for each stage, the turns that have it", () => {
  const marks = { speechEndMs: 100, vadEndMs: 600, endpointMs: 600, recognizedMs: 800, settledMs: 800 };
  const { turns, response, stages } = latencyOf([
    { source: "speech", timings: { ...marks, firstTokenMs: 1000, firstFrameMs: 1300 } },
    { source: "speech", timings: { ...marks, recognizedMs: 700 } },
    { source: "speech", timings: {} },
  ]);
  assert.deepEqual({ turns, response }, { turns: 3, response: { count: 1, p50Ms: 1200, p95Ms: 1200 } });
  assert.deepEqual(stages.vad_silence, { count: 2, p50Ms: 500, p95Ms: 500 });
  assert.deepEqual(stages.asr_final, { count: 2, p50Ms: 100, p95Ms: 200 });
  assert.equal(stages.playout, undefined);
  assert.deepEqual(latencyOf([]), { turns: 0, stages: {} });
});

Deno.test("no stage is longer in what is usual than in the longest turn, whatever the marks", () => {
  fc.assert(fc.property(fc.array(fc.record({ source: anySource, timings: anyTimings }), { maxLength: 30 }), (turns) => {
    const { stages, response } = latencyOf(turns);
    for (const each of [...Object.values(stages), ...(response === undefined ? [] : [response])]) {
      assert.ok(each.count <= turns.length && each.p50Ms >= 0 && each.p95Ms <= 100_000);
    }
  }));
});
