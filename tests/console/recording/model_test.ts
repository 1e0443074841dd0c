import assert from "node:assert/strict";
import fc from "fast-check";
import { CHECKPOINT_RECORDS, RecordingModel } from "../../../console/recording/model.ts";
import { type ActorView, mainMachine, type View } from "../../../console/recording/view.ts";
import type { Chart } from "../../../services/charts/model.ts";
import { readRecording } from "../../../services/recorder/read.ts";
import { recordStuckTalk } from "../../support/stuck_talk.ts";
import { line } from "./line.ts";

const DEVICE_CHART = new URL("../../../docs/charts/device.json", import.meta.url);

async function stuck(): Promise<RecordingModel> {
  const chart = JSON.parse(await Deno.readTextFile(DEVICE_CHART)) as Chart;
  const model = new RecordingModel({ charts: [chart] });
  for (const record of readRecording(await recordStuckTalk()).records) model.append(record);
  return model;
}

const statusOf = ({ actors }: View) => Object.fromEntries(actors.map(({ actor, status }: ActorView) => [actor, status]));

const PATHS = ["device", "device/reply", "device/reply/tool"];
const STATES = ["device.a", "device.b.c", "device.b.d device.e", "device.f"];
const anyRecord = fc.oneof(
  fc.record({ kind: fc.constant("event" as const), type: fc.constantFrom("A", "B"), actor: fc.constantFrom(...PATHS) }),
  fc.record({
    kind: fc.constant("event" as const),
    type: fc.constant("C"),
    actor: fc.constant("device"),
    ignored: fc.constant(true as const),
  }),
  fc.record({
    kind: fc.constant("step" as const),
    type: fc.constantFrom("A", "B"),
    actor: fc.constantFrom(...PATHS),
    to: fc.constantFrom(...STATES),
    edges: fc.array(fc.nat(9), { maxLength: 2 }),
  }),
  fc.record({
    kind: fc.constant("actor" as const),
    type: fc.constantFrom("start", "stop"),
    actor: fc.constantFrom(...PATHS),
    data: fc.constant({ machine: "device" }),
  }),
  fc.record({ kind: fc.constantFrom("done" as const, "error" as const), type: fc.constant("x"), actor: fc.constantFrom(...PATHS) }),
  fc.record({ kind: fc.constant("note" as const), type: fc.constantFrom("turn", "idle"), actor: fc.constant(""), data: fc.nat() }),
  fc.record({
    kind: fc.constant("note" as const),
    type: fc.constant("guard"),
    actor: fc.constant(""),
    data: fc.record({ guard: fc.constantFrom("g", "h"), result: fc.boolean() }),
  }),
);
const connections = fc.integer({ min: 1, max: 5 });

Deno.test("wherever one jumps, and in whatever order, there is to see what going through from the beginning shows", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyRecord, connections), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (made, times, jumps) => {
        // The same few again and again, so that jumps pass checkpoints.
        const records = Array.from({ length: made.length * times }, (_, seq) => {
          const [record, conn] = made[seq % made.length]!;
          return line(seq, { ...record, conn });
        });
        const model = new RecordingModel();
        for (const record of records) model.append(record);
        for (const jump of jumps) {
          const at = jump % records.length;
          const plain = new RecordingModel();
          for (const record of records.slice(0, at + 1)) plain.append(record);
          assert.deepEqual(model.at(at), plain.latest());
        }
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("a view stands still while the recording goes on", async () => {
  const model = await stuck();
  const view = model.at(90);
  const copy = structuredClone(view);
  model.at(170);
  model.append(line(1_000, { kind: "step", actor: "device", type: "X", to: "device.closed", edges: [0] }));
  assert.deepEqual(view, copy);
});

Deno.test("a jump in 100,000 records goes through less than the distance of two checkpoints", () => {
  const model = new RecordingModel();
  const count = 100_000;
  for (let seq = 0; seq < count; seq++) {
    model.append(line(seq, { kind: "step", conn: 1, actor: "device", type: "A", to: `device.s${seq % 7}`, edges: [seq % 9] }));
  }
  for (const at of [count - 1, 0, 50_001, 50_000, 49_999, 99_999, 12_345, 12_345]) {
    const before = model.applied;
    assert.deepEqual(model.at(at).record?.seq, at);
    assert.ok(model.applied - before <= CHECKPOINT_RECORDS, `${model.applied - before} records for a jump to ${at}`);
  }
  const before = model.applied;
  for (let at = 60_000; at < 60_100; at++) model.at(at);
  assert.ok(model.applied - before <= CHECKPOINT_RECORDS + 100, "playing goes through each record once");
});

Deno.test("a recording that grows without end holds what it was told to hold, and is right about it", () => {
  const model = new RecordingModel({ keep: 1_000 });
  for (let seq = 0; seq < 10_000; seq++) {
    model.append(line(seq, { kind: "step", conn: 1, actor: "device", type: "A", to: `device.s${seq % 7}`, edges: [1] }));
    assert.ok(model.end - model.first < 1_000 + CHECKPOINT_RECORDS);
  }
  assert.equal(model.end, 10_000);
  assert.equal(model.at(model.first).heat.get("device")?.edges.get(1), model.first + 1);
  assert.equal(model.at(0).record?.seq, model.first - 1);
  assert.equal(model.positionOf(9_500), 9_500);
});

Deno.test("the stuck device: where it stood, since when, what it ignored, and which transition freed it", async () => {
  const model = await stuck();
  const waiting = model.at(model.positionOf(91));
  const machine = mainMachine(waiting)!;
  assert.deepEqual(machine.active, ["device.ready.recognizing.working"]);
  assert.equal(machine.since.get("device.ready.recognizing"), 7_880_000);
  assert.equal(waiting.ignored, 1);
  assert.equal(waiting.event?.record.type, "MIC_SILENT");
  assert.equal(waiting.event?.record.ignored, true);
  const freed = model.at(model.positionOf(94));
  const chart = JSON.parse(await Deno.readTextFile(DEVICE_CHART)) as Chart;
  assert.deepEqual(freed.event?.edges.map((id) => chart.edges[id]?.source), ["device.ready.recognizing"]);
  assert.deepEqual(mainMachine(freed)?.active, ["device.ready.replying.thinking"]);
  const visits = freed.heat.get("device")?.states.get("device.ready.recognizing");
  assert.deepEqual(visits, { count: 2, spent: 35_000_000 });
});

Deno.test("the guards of an event are those that were asked because of it", async () => {
  const model = await stuck();
  const { event } = model.at(model.positionOf(45));
  assert.deepEqual(event?.guards.map(({ guard, result }) => [guard, result]), [
    ["hasWords", true],
    ["waitsForMore", false],
    ["saysFarewell", false],
  ]);
  const { edges } = JSON.parse(await Deno.readTextFile(DEVICE_CHART)) as Chart;
  assert.deepEqual(event?.edges.map((id) => edges[id]?.targets), [["device.ready.replying"]]);
});

Deno.test("actors run, end, fail and are started again; leaving a state stops what it ran, and the end of an owner what it owned", async () => {
  const model = await stuck();
  assert.deepEqual(statusOf(model.at(model.positionOf(91))), {
    device: "running",
    "device/persist": "done",
    "device/prepare": "done",
    "device/recognize": "running",
    "device/reply": "stopped",
  });
  assert.equal(statusOf(model.at(model.positionOf(94)))["device/recognize"], "stopped");
  const crashed = new RecordingModel();
  for (
    const record of [
      line(0, { kind: "actor", type: "start", actor: "a", data: { machine: "a" }, conn: 1 }),
      line(1, { kind: "actor", type: "start", actor: "a/b", conn: 1 }),
      line(2, { kind: "error", type: "crash", actor: "a", conn: 1, data: "broken" }),
      line(3, { kind: "actor", type: "start", actor: "a", data: { machine: "a" }, conn: 1 }),
    ]
  ) crashed.append(record);
  assert.deepEqual(statusOf(crashed.at(2)), { a: "failed", "a/b": "stopped" });
  const [again] = crashed.latest().actors;
  assert.deepEqual([again?.status, again?.starts, again?.failures], ["running", 2, 1]);
});

Deno.test("what was last said about a subject is shown with what was said before", () => {
  const model = new RecordingModel();
  model.append(line(0, { type: "turn", data: { id: "1" } }));
  model.append(line(1, { type: "turn", data: { id: "2" } }));
  assert.deepEqual(model.latest().facts, [{ name: "turn", data: { id: "2" }, before: { id: "1" }, seq: 1 }]);
});

Deno.test("a recording that begins in the middle, or that somebody made up, is gone through without a fault", () => {
  const model = new RecordingModel();
  model.append(line(7, { kind: "step", actor: "device", type: "A", from: "device.a", to: "device.b", edges: [3] }));
  model.append(line(8, { kind: "dream" as "note", actor: "__proto__", type: "constructor" }));
  model.append(line(9, { kind: "note", type: "guard", data: ["no", "guard"] }));
  for (let seq = 10; seq < 5_000; seq++) {
    model.append(line(seq, { kind: "step", conn: seq, actor: `a${seq}`, type: "A", to: `x${seq}.y${seq}`, edges: [seq] }));
  }
  const view = model.latest();
  assert.ok(view.heat.size <= 1_000 && view.machines.length <= 3);
  assert.deepEqual(model.at(0).heat.get("device")?.edges, new Map([[3, 1]]));
});
