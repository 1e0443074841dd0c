import assert from "node:assert/strict";
import { afterFailure, afterReading, backoffOf, firstRhythm, type Rhythm } from "../../../services/sync/rhythm.ts";
import { STEADY, TUNING } from "./support.ts";

Deno.test("a source is read every second for a minute after news, and then ever more seldom until the usual interval", () => {
  let rhythm: Rhythm = afterReading(firstRhythm(TUNING), true, 0, TUNING);
  const intervals: number[] = [];
  for (let now = 0; now < 300_000; now += rhythm.intervalMs) {
    rhythm = afterReading(rhythm, false, now, TUNING);
    intervals.push(rhythm.intervalMs);
  }
  assert.equal(intervals.filter((each) => each === 1000).length, 60);
  assert.deepEqual(intervals.slice(60, 64), [1500, 2250, 3375, 5062.5]);
  assert.equal(intervals.at(-1), 30_000);
  assert.ok(intervals.every((each, at) => at === 0 || each >= intervals[at - 1]!));
});

Deno.test("a source without news is read at the usual interval", () => {
  assert.equal(afterReading(firstRhythm(TUNING), false, 0, TUNING).intervalMs, 30_000);
});

Deno.test("the pause after errors begins at 5 s, doubles, ends at 5 min, and chance adds at most a fifth", () => {
  const none = { ...STEADY, next: () => 0 };
  assert.deepEqual([1, 2, 3, 6, 7, 8, 1000].map((failures) => backoffOf(failures, TUNING, none)), [
    5000,
    10_000,
    20_000,
    160_000,
    300_000,
    300_000,
    300_000,
  ]);
  assert.equal(backoffOf(1, TUNING, { ...STEADY, next: () => 1 }), 6000);
});

Deno.test("a success ends the back-off", () => {
  const failing = afterFailure(afterFailure(firstRhythm(TUNING)));
  assert.equal(failing.failures, 2);
  assert.equal(afterReading(failing, false, 0, TUNING).failures, 0);
});
