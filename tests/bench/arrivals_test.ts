import assert from "node:assert/strict";
import { judge, late } from "../../bench/support/arrivals.ts";

Deno.test("frames in step leave no gap late and the loudspeaker never dry", () => {
  const times = [0, 0, 0, 60, 120, 180, 240];
  assert.deepEqual(judge(times, 2), { gaps: [60, 60, 60, 60], underruns: 0, silentMs: 0 });
});

Deno.test("a late frame is counted as late although the frames sent ahead hide it from the person", () => {
  const { gaps, underruns } = judge([0, 0, 0, 60, 220, 220, 240], 2);
  assert.deepEqual([late(gaps), underruns], [1, 0]);
});

Deno.test("a frame that comes after all before it has been played is an underrun of as many milliseconds", () => {
  const { underruns, silentMs } = judge([0, 0, 0, 60, 270], 2);
  assert.deepEqual([underruns, silentMs], [1, 30]);
});

Deno.test("after an underrun the loudspeaker starts anew, so that one stall is one underrun", () => {
  const { underruns, silentMs } = judge([0, 100, 160, 220], 0);
  assert.deepEqual([underruns, silentMs], [1, 40]);
});

Deno.test("a gap is late above 65 ms, not at it", () => {
  assert.equal(late([60, 65, 65.1, 200]), 2);
});

Deno.test("a reply without frames has nothing to judge", () => {
  assert.deepEqual(judge([], 2), { gaps: [], underruns: 0, silentMs: 0 });
});
