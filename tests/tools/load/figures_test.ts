import assert from "node:assert/strict";
import { breaksOf } from "../../../tools/load/breaking.ts";
import { figuresOf, gapsOf, spreadOf } from "../../../tools/load/figures.ts";
import { fleet, inStep, options, turn } from "./samples.ts";

Deno.test("what is added is the response less the stages, and by ear less the silence that ends an utterance, too", () => {
  const figures = figuresOf(
    fleet([[turn({ frames: inStep(1307, 5) })], [turn({ button: false, frames: inStep(1870, 5) })]]),
    options(2),
  );
  assert.deepEqual([figures.responseMs.p50, figures.responseMs.max], [307, 870]);
  assert.deepEqual([figures.addedMs?.count, figures.addedMs?.p50], [1, 7]);
  assert.deepEqual([figures.addedByEarMs?.count, figures.addedByEarMs?.p50], [1, 70]);
});

Deno.test("of stages that are unknown nothing is said to be added", () => {
  const { addedMs, addedByEarMs } = figuresOf(fleet([[turn()]]), options(1, { stagesMs: undefined }));
  assert.deepEqual([addedMs, addedByEarMs], [null, null]);
});

Deno.test("an interruption is as long as frames go on, and no time at all where none come", () => {
  const cut = turn({ frames: [...inStep(1310, 10), 2030], abortAt: 2000, stopAt: 2005 });
  const clean = turn({ frames: inStep(1310, 10), abortAt: 2000, stopAt: 2003 });
  const { abort, turns } = figuresOf(fleet([[cut], [clean]]), options(2));
  assert.equal(turns.interrupted, 2);
  assert.deepEqual([abort.toLastFrameMs.p50, abort.toLastFrameMs.max], [0, 30]);
  assert.deepEqual([abort.toStopMs.p50, abort.toStopMs.max], [3, 5]);
  assert.equal(abort.framesAfterStop, 1);
});

Deno.test("a device that ran dry twice is one dry device of two underruns", () => {
  const dry = turn({ frames: [1310, 1310, 1310, 1600, 1900] });
  const { dryDevices, underruns, silentMs, dryAt } = figuresOf(fleet([[dry], [turn()]]), options(2));
  assert.deepEqual([dryDevices, underruns, silentMs], [1, 2, 110 + 240]);
  assert.equal(dryAt, 1490);
});

Deno.test("one dry device in a hundred is allowed, two are not", () => {
  const dry = [turn({ frames: [1310, 1500] })];
  const fine = Array.from({ length: 99 }, () => [turn()]);
  assert.equal(figuresOf(fleet([dry, ...fine]), options(100)).dryAt, null);
  assert.equal(figuresOf(fleet([dry, dry, ...fine.slice(1)]), options(100)).dryAt, 1370);
});

Deno.test("turns that were not answered or did not end are not finished", () => {
  const { turns } = figuresOf(fleet([[turn()], [turn({ frames: [] })], [turn({ ended: false })], []]), options(4));
  assert.deepEqual(turns, { wanted: 4, answered: 2, finished: 1, interrupted: 0 });
});

Deno.test("duty is of the time in which all devices are at it, where there is such a time", () => {
  const long = turn({ askedAt: 1000, frames: inStep(1300, 100) });
  const { steady, duty } = figuresOf(fleet([[long], [long]]), options(2));
  assert.deepEqual(steady, { from: 1000, to: 1300 + 97 * 60 });
  assert.ok(duty > 0.9 && duty <= 1, String(duty));
  const short = figuresOf(fleet([[turn()], []]), options(2));
  assert.deepEqual([short.steady, short.duty], [null, 30 * 60 / 20_000]);
});

Deno.test("lists without values have no percentiles", () => {
  assert.deepEqual(spreadOf([]), { count: 0, p50: null, p95: null, p99: null, max: null });
  assert.deepEqual(gapsOf([]), { count: 0, late: 0, latePercent: null, p99Ms: null });
  assert.deepEqual(gapsOf([60, 60, 60, 80]), { count: 4, late: 1, latePercent: 25, p99Ms: 80 });
});

const times = { sentAt: 1000, endedAt: 9000 };

Deno.test("a fleet that was answered well broke nothing", () => {
  assert.deepEqual(breaksOf(figuresOf(fleet([[turn()]]), options(1)), [{ at: 2000, lateMs: [1, 2] }], times), []);
});

Deno.test("what breaks is told in the order in which it broke", () => {
  const dry = turn({ frames: [1310, 3000], ended: false });
  const figures = figuresOf(fleet([[dry], []], { refused: 1, lost: 1, refusal: "status 503" }), options(2));
  const loop = [{ at: 4000, lateMs: [3] }, { at: 6000, lateMs: [150] }];
  const broke = breaksOf(figures, loop, times);
  assert.deepEqual(broke.map(({ what, afterMs }) => [what, afterMs]), [
    ["connections_refused", 0],
    ["devices_dry", 370],
    ["loop_delay", 4000],
    ["turns_unfinished", 8000],
  ]);
  assert.match(broke[0]?.detail ?? "", /1 connections refused: status 503/);
  assert.match(broke[2]?.detail ?? "", /150 ms late/);
});

Deno.test("a single late timer in a second of them breaks nothing", () => {
  const loop = [{ at: 2000, lateMs: [...Array.from({ length: 99 }, () => 1), 500] }];
  assert.deepEqual(breaksOf(figuresOf(fleet([[turn()]]), options(1)), loop, times), []);
});
