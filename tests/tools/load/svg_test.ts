import assert from "node:assert/strict";
import { drawReport, ticks } from "../../../tools/load/svg.ts";
import { report, run } from "./samples.ts";

/** Whether each element that is opened is closed, in order. */
function wellFormed(svg: string): boolean {
  const open: string[] = [];
  for (const [, close, name = "", selfClosed] of svg.matchAll(/<(\/)?([a-z]+)(?:\s[^<>]*?)?(\/)?>/g)) {
    if (close !== undefined) {
      if (open.pop() !== name) return false;
    } else if (selfClosed === undefined) open.push(name);
  }
  return open.length === 0;
}

Deno.test("a chart is a well-formed picture with a line a series, for light and dark pages", () => {
  const svg = drawReport(report([run(100), run(200), run(100, { tts: "pcm" }), run(200, { tts: "pcm" })]));
  assert.ok(wellFormed(svg));
  assert.equal(svg.match(/<polyline /g)?.length, 2 * 2 * 2);
  assert.match(svg, /prefers-color-scheme: dark/);
  for (const name of ["Opus, late", "Opus, empty pacer", "Opus, P50", "Opus, P99", "PCM c5, late"]) {
    assert.ok(svg.includes(`>${name}<`), name);
  }
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
});

Deno.test("what a machine is called cannot break the picture", () => {
  assert.ok(drawReport(report([run(1)])).includes("2 x &#60;CPU&#62; &#38; more"));
});

Deno.test("one size, no values, or no runs at all still make a picture", () => {
  const empty = run(1, { addedMs: null, gaps: { count: 0, late: 0, latePercent: null, p99Ms: null } });
  for (const runs of [[run(1)], [empty], []]) {
    const svg = drawReport(report(runs));
    assert.ok(wellFormed(svg));
    assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
  }
});

Deno.test("an axis begins at 0, reaches the largest value, and has round steps", () => {
  assert.deepEqual(ticks(100), [0, 25, 50, 75, 100]);
  assert.deepEqual(ticks(2.6), [0, 1, 2, 3]);
  assert.deepEqual(ticks(0.07), [0, 0.02, 0.04, 0.06, 0.08]);
  for (const max of [0.001, 0.33, 1, 7, 99, 1234]) {
    const steps = ticks(max);
    assert.ok((steps.at(-1) ?? 0) >= max && steps.length >= 3 && steps.length <= 6, `${max}: ${steps}`);
  }
});
