import assert from "node:assert/strict";
import fc from "fast-check";
import { nextStop, stopsAt } from "../../../console/replay/breakpoints.ts";
import { openRecording } from "../../../console/replay/opened.ts";
import { Player } from "../../../console/replay/player.ts";
import { PLACES, stripOf } from "../../../console/replay/strip.ts";
import { changes, eventName, offset, pathOf } from "../../../console/replay/words.ts";
import type { DrawnChart } from "../../../services/charts/placed.ts";
import { readRecording, RecordingError } from "../../../services/recorder/read.ts";
import { recordStuckTalk } from "../../support/stuck_talk.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { line } from "../recording/line.ts";

const read = (path: string) => Deno.readTextFile(new URL(`../../../${path}`, import.meta.url));
const device = JSON.parse(await read("docs/charts/device.json")) as DrawnChart;
const text = await recordStuckTalk();
const { records } = readRecording(text);
const stuck = { end: records.length, record: (at: number) => records[at] };
const charts = (machine: string) => Promise.resolve(machine === "device" ? device : undefined);

Deno.test("breakpoints stop where a state is entered, an event comes, nothing answers, or an actor fails", () => {
  const recordAt = (at: number) => records[at];
  const stop = (breakpoint: Parameters<typeof stopsAt>[0], from = -1) => nextStop([breakpoint], recordAt, from, records.length - 1);
  const first = stop({ kind: "state", id: "device.ready.recognizing" })!;
  assert.equal(records[first]?.seq, 37);
  assert.equal(records[stop({ kind: "state", id: "device.ready.recognizing" }, first)!]?.seq, 89);
  assert.equal(records[stop({ kind: "event", type: "LISTEN_START" })!]?.seq, 23);
  assert.equal(records[stop({ kind: "ignored" })!]?.seq, 91);
  assert.equal(stop({ kind: "error" }), undefined);
  assert.equal(nextStop([], recordAt, -1, 100), undefined);
  // Passing from one state to another inside of a third does not enter the third.
  assert.ok(!stopsAt({ kind: "state", id: "device" }, line(1, { kind: "step", from: "device.a", to: "device.b" })));
});

Deno.test("playing takes as long as it took, at any speed, and the time goes on between records", async () => {
  const clock = new VirtualClock();
  using player = new Player(clock, stuck);
  player.speed.value = 10;
  player.play();
  await clock.advance(2_000);
  assert.equal(player.position.value, records.findLastIndex(({ t }) => t <= 20_000_000));
  assert.equal(player.nowUs.value, 20_000_000);
  await clock.advance(10_000);
  assert.equal(player.playing.value, false);
  assert.equal(player.position.value, records.length - 1);
  player.play();
  assert.equal(player.position.value, 0, "at its end it begins again");
  player.pause();
  await clock.advance(10_000);
  assert.equal(player.position.value, 0);
});

Deno.test("playing stops at the first breakpoint, says which, and goes on from there", async () => {
  const clock = new VirtualClock();
  using player = new Player(clock, stuck);
  player.toggle({ kind: "ignored" });
  player.toggle({ kind: "state", id: "device.ready.replying.thinking" });
  player.speed.value = 50;
  player.play();
  await clock.advance(10_000);
  assert.deepEqual([records[player.position.value]?.seq, player.stopped.value?.kind], [45, "state"]);
  player.play();
  await clock.advance(10_000);
  assert.deepEqual([records[player.position.value]?.seq, player.stopped.value?.kind], [91, "ignored"]);
  player.toggle({ kind: "ignored" });
  player.run();
  assert.equal(records[player.position.value]?.seq, 94);
  player.step(-1);
  assert.equal(player.stopped.value, undefined);
});

Deno.test("stepping goes record by record, or from step to step, and never leaves the recording", () => {
  using player = new Player(new VirtualClock(), stuck);
  player.step(-1);
  assert.equal(player.position.value, 0);
  player.goToTime(40_000_000);
  assert.equal(records[player.position.value]?.seq, 91);
  assert.equal(player.nowUs.value, 40_000_000);
  player.stepChange(1);
  assert.equal(records[player.position.value]?.seq, 94);
  player.stepChange(-1);
  assert.equal(records[player.position.value]?.seq, 89);
  player.go(1_000_000);
  player.step(1);
  assert.equal(player.position.value, records.length - 1);
});

Deno.test("the strip shows what the device was doing for how long, and marks what nothing answered", () => {
  const strip = stripOf(records);
  assert.deepEqual([strip.startUs, strip.endUs], [0, 60_500_000]);
  const longest = strip.stretches.toSorted((a, b) => (b.to - b.from) - (a.to - a.from))[0];
  assert.equal(longest?.state, "recognizing");
  assert.ok(Math.abs((longest.to - longest.from) / PLACES * 60.5 - 35) < 0.3);
  assert.deepEqual(strip.marks.map(({ kind, at }) => [kind, records[at]?.seq]), [["ignored", 91]]);
});

Deno.test("the strip of any recording covers it without gaps or overlaps", () => {
  const anyRecord = fc.record({
    t: fc.integer({ min: -5, max: 1_000 }),
    to: fc.constantFrom("a.b", "a.vad", "", "x y"),
    kind: fc.constantFrom("step" as const, "error" as const),
  });
  fc.assert(fc.property(fc.array(anyRecord, { maxLength: 30 }), (all) => {
    const { stretches, marks } = stripOf(all.map((each, seq) => line(seq, { ...each, actor: "a" })));
    assert.equal(stretches[0]?.from, 0);
    assert.equal(stretches.at(-1)?.to, PLACES);
    for (const [index, { from, to }] of stretches.entries()) assert.ok(from < to && (index === 0 || stretches[index - 1]?.to === from));
    assert.ok(marks.every(({ place }) => place >= 0 && place < PLACES));
  }));
});

Deno.test("a recording is opened with its chart, and says what does not fit", async () => {
  const opened = await openRecording({ name: "a", text: `\uFEFF${text}` }, charts);
  assert.deepEqual([opened.fits, opened.lacking, opened.model.end], [true, [], 180]);
  assert.ok(opened.eventTypes.includes("MIC_SILENT"));
  const other = text.replace(/"hash":"\w+"/, '"hash":"0"').replaceAll("device.ready.vad", "device.ready.hearing");
  const changed = await openRecording({ name: "a", text: other }, charts);
  assert.deepEqual([changed.fits, changed.lacking], [false, ["device.ready.hearing"]]);
  const unknown = await openRecording({ name: "a", text: text.replace('"id":"device"', '"id":"toaster"') }, charts);
  assert.deepEqual([unknown.chart, unknown.fits, unknown.lacking], [undefined, false, []]);
});

Deno.test("what is no recording is refused with the line", async () => {
  for (const [bad, message] of [["<html>", /Line 1 is no JSON/], [`${text}{}\n`, /Line 182, field 'seq'/]] as const) {
    await assert.rejects(
      openRecording({ name: "a", text: bad }, charts),
      (error) => error instanceof RecordingError && message.test(error.message),
    );
  }
});

Deno.test("100,000 records are opened and stepped through with the work of a few", async () => {
  const [header = ""] = text.split("\n");
  const lines = Array.from({ length: 100_000 }, (_, seq) => JSON.stringify({ ...records[seq % records.length], seq, t: seq * 1000 }));
  const { model } = await openRecording({ name: "long", text: [header, ...lines].join("\n") }, charts);
  using player = new Player(new VirtualClock(), model);
  const before = model.applied;
  for (const us of [99_000_000, 1_000, 50_000_000]) {
    player.goToTime(us);
    assert.equal(model.at(player.position.value).record?.t, us);
  }
  assert.ok(model.applied - before <= 3 * 500);
});

Deno.test("times, events, steps and changes in words", () => {
  assert.deepEqual([0, 42_880_000, 187_020_000].map(offset), ["0.000 s", "42.880 s", "3:07.020"]);
  assert.equal(eventName("xstate.after.recognizingLimit.device.ready.recognizing", device), "after recognizingLimit (35 s)");
  assert.equal(eventName("HELLO", undefined), "HELLO");
  assert.equal(pathOf(line(0, { from: "device.a.b", to: "device.c" })), "a.b → c");
  assert.deepEqual(changes({ a: 1, b: 2 }, { b: 3, c: 4 }), [{ key: "b", before: 2, now: 3 }, { key: "c", now: 4 }, {
    key: "a",
    before: 1,
  }]);
  assert.deepEqual(changes(undefined, "x"), [{ key: "", now: "x" }]);
});
