import assert from "node:assert/strict";
import fc from "fast-check";
import { latencyOf } from "../../../services/timeline/latency.ts";
import { sumOf, timeline } from "../../../services/timeline/timeline.ts";
import { comparison, summary, waterfall } from "../../../services/timeline/waterfall.ts";
import { anyTimings, anyTools, anyTurn } from "./samples.ts";

const WHOLE = {
  speechEndMs: 900,
  vadEndMs: 1400,
  endpointMs: 1400,
  recognizedMs: 1550,
  settledMs: 1600,
  firstTokenMs: 1900,
  firstSentenceMs: 2000,
  firstAudioMs: 2150,
  firstFrameMs: 2160,
  leadingSilenceMs: 120,
  playoutEndMs: 4000,
  commitMs: 4001,
  persistedMs: 4003,
};
const turn = { source: "speech", timings: WHOLE } as const;

Deno.test("the bars of a whole turn begin with the speech, and those of the stages add up to the response", () => {
  const { rows, sum, zeroMs } = waterfall(turn);
  assert.deepEqual(rows.slice(0, 3).map(({ name, startMs, durationMs }) => [name, startMs, durationMs]), [
    ["speech", -900, 900],
    ["response", 0, 1260],
    ["vad_silence", 0, 500],
  ]);
  assert.deepEqual({ sum, zeroMs }, { sum: { partsMs: 1260, missingMs: 0 }, zeroMs: 900 });
  assert.equal(summary(waterfall(turn)), "1260 ms from the end of speech to the first frame, 1380 ms to the first sound");
});

Deno.test("what a missing mark leaves open is said, and never more than the response", () => {
  const { recognizedMs: _, ...timings } = WHOLE;
  assert.deepEqual(sumOf(timeline({ ...turn, timings })), { partsMs: 1060, missingMs: 200 });
  fc.assert(fc.property(anyTurn, ({ source, timings }) => {
    const found = timeline({ source, timings });
    const sum = sumOf(found);
    assert.equal(sum === undefined, found.responseMs === undefined);
    if (sum !== undefined) assert.equal(sum.partsMs + sum.missingMs, found.responseMs);
  }));
});

Deno.test("an interrupted turn is cut where its playback ended, or with the turn where nothing was played", () => {
  assert.equal(waterfall({ ...turn, outcome: "completed" }).cutMs, undefined);
  assert.equal(waterfall({ ...turn, outcome: "interrupted" }).cutMs, 3100);
  const { firstFrameMs: _, playoutEndMs: __, ...unheard } = WHOLE;
  assert.equal(waterfall({ source: "speech", outcome: "interrupted", timings: unheard }).cutMs, 3101);
  assert.equal(waterfall({ source: "speech", outcome: "interrupted", timings: {} }).cutMs, undefined);
});

Deno.test("one turn is not what is usual; of seven it says so", () => {
  const others = (count: number) => latencyOf(Array.from({ length: count }, () => turn));
  assert.equal(comparison(waterfall(turn, { latency: others(1) })), "");
  assert.equal(comparison(waterfall(turn)), "");
  assert.match(comparison(waterfall(turn, { latency: others(7) })), /^Response of 7 turns of this device: P50 1260 ms, P95 1260 ms$/);
});

Deno.test("the whole turn is on its scale, and what was waited for is on the other, whatever the marks", () => {
  fc.assert(fc.property(anyTurn, anyTools, (any, tools) => {
    const whole = waterfall(any, { tools, extent: "whole" });
    for (const { startMs, durationMs } of whole.rows) {
      assert.ok(durationMs >= 0 && startMs >= whole.fromMs && startMs + durationMs <= whole.scaleMs);
    }
    const { fromMs, scaleMs, responseMs = 0 } = waterfall(any, { tools });
    assert.ok(fromMs <= 0 && scaleMs >= Math.max(1, responseMs) && Number.isFinite(scaleMs));
  }));
  fc.assert(fc.property(anyTimings, (timings) => {
    const { rows, fromMs } = waterfall({ source: "speech", timings }, { around: false });
    assert.ok(rows.every(({ startMs }) => startMs >= fromMs));
  }));
});
