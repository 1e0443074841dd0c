import assert from "node:assert/strict";
import fc from "fast-check";
import { type Camera, fit, follow, pan, together, zoom } from "../../../console/chart/camera.ts";
import { factsOf, heatLevel, lifeOf, STILL, turnPath } from "../../../console/chart/life.ts";
import { neighbour } from "../../../console/chart/neighbours.ts";
import { RecordingModel } from "../../../console/recording/model.ts";
import { mainMachine } from "../../../console/recording/view.ts";
import type { DrawnChart } from "../../../services/charts/placed.ts";
import { readRecording } from "../../../services/recorder/read.ts";
import { recordStuckTalk } from "../../support/stuck_talk.ts";

const read = (path: string) => Deno.readTextFile(new URL(`../../../${path}`, import.meta.url));
const device = JSON.parse(await read("docs/charts/device.json")) as DrawnChart;
const model = new RecordingModel({ charts: [device] });
for (const record of readRecording(await recordStuckTalk()).records) model.append(record);

function lifeAt(seq: number, nowUs?: number) {
  const view = model.at(model.positionOf(seq));
  return lifeOf(device, view, mainMachine(view), nowUs ?? view.record?.t ?? 0);
}

Deno.test("a moment shows the active states with those around them, for how long, and the last transition", () => {
  const life = lifeAt(91, 40_000_000);
  assert.deepEqual([...life.active].sort(), ["device", "device.ready", "device.ready.recognizing", "device.ready.recognizing.working"]);
  assert.equal(life.forMs.get("device.ready.recognizing.working"), 32_120);
  assert.deepEqual(life.last.map((id) => [device.edges[id]?.source, device.edges[id]?.event]), [["device.ready.vad", "SPEECH_ENDED"]]);
});

Deno.test("guards' answers stand at the transitions that asked them, and at no other state's", () => {
  const { guards } = lifeAt(45);
  const asked = [...guards].map(([id, answer]) => [device.edges[id]?.source, device.edges[id]?.guard, answer]);
  assert.ok(asked.length > 0);
  for (const [source] of asked) {
    assert.match(String(source), /^device\.ready\.recognizing|^device\.ready\.replying|^device\.ready$|^device$/);
  }
  assert.ok(asked.some(([, guard, answer]) => guard === "waitsForMore" && answer === false));
});

Deno.test("heat has four levels, of which the most frequent has the highest and what happened at all has one", () => {
  assert.deepEqual([0, 1, 1_000].map((count) => heatLevel(count, 1_000)), [0, 1, 4]);
  assert.equal(heatLevel(3, 0), 0);
  fc.assert(fc.property(fc.nat(1_000), fc.nat(1_000), (a, b) => {
    const [less, more] = [Math.min(a, b), Math.max(a, b)];
    assert.ok(heatLevel(less, 1_000) <= heatLevel(more, 1_000) && heatLevel(more, 1_000) <= 4);
  }));
});

Deno.test("the chart of a device has the path of a turn; another machine's has none", () => {
  assert.deepEqual(turnPath(device).map(({ key }) => key), ["listening", "vad", "recognizing", "thinking", "speaking", "persisting"]);
  assert.deepEqual(turnPath({ ...device, nodes: device.nodes.slice(0, 5) }), []);
  assert.equal(STILL.active.size, 0);
});

Deno.test("what is to be known of a state: its own transitions, those of states around it, and what leads to it", () => {
  const facts = factsOf(device, "device.ready.recognizing.working")!;
  assert.ok(facts.own.every(({ source }) => source === "device.ready.recognizing.working"));
  assert.ok(
    facts.inherited.some(({ source }) => source === "device.ready.recognizing") &&
      facts.inherited.some(({ source }) => source === "device"),
  );
  assert.equal(factsOf(device, "nowhere"), undefined);
});

const window = { width: 800, height: 500 };
const cameras: fc.Arbitrary<Camera> = fc.record({
  x: fc.float({ min: 0, max: 2_710, noNaN: true }),
  y: fc.float({ min: 0, max: 4_265, noNaN: true }),
  scale: fc.float({ min: 0.125, max: 2, noNaN: true }),
});
/** The point of the picture below a point of the window. */
const below = ({ x, y, scale }: Camera, at: { x: number; y: number }) => [
  x + (at.x - window.width / 2) / scale,
  y + (at.y - window.height / 2) / scale,
];
const isNear = (a: number, b: number) => Math.abs(a - b) < 0.01;

Deno.test("zooming keeps what is below the pointer where it is, and moving never leaves the picture", () => {
  fc.assert(fc.property(cameras, fc.float({ min: 0.25, max: 4, noNaN: true }), fc.nat(800), fc.nat(500), (camera, factor, x, y) => {
    const [before, after] = [below(camera, { x, y }), below(zoom(camera, factor, window, { x, y }), { x, y })];
    assert.ok(isNear(before[0]!, after[0]!) && isNear(before[1]!, after[1]!));
    const moved = pan(camera, (x - 400) * 100, (y - 250) * 100, device.layout);
    assert.ok(moved.x >= 0 && moved.x <= device.layout.width && moved.y >= 0 && moved.y <= device.layout.height);
  }));
});

Deno.test("all of the picture fits into the window, and what is followed comes into its middle unless it is there", () => {
  const all = fit(device.layout, window);
  assert.ok(device.layout.height * all.scale <= window.height && device.layout.width * all.scale <= window.width);
  const box = device.layout.nodes["device.closed"]!;
  const there = follow({ x: 0, y: 0, scale: 1 }, box, window);
  assert.ok(isNear(there.x, box.x + box.width / 2) && isNear(there.y, box.y + box.height / 2));
  assert.equal(follow(there, box, window), there);
  const [middle, near, far] = [3_000, 2_800, 1_000].map((x) => ({ x, y: 0, width: 60, height: 40 }));
  assert.deepEqual(together(middle!, [far!, near!], 1, window), { x: 2_800, y: 0, width: 260, height: 40 });
});

Deno.test("the arrow keys reach every state of every chart", async () => {
  for await (const { name } of Deno.readDir(new URL("../../../docs/charts/", import.meta.url))) {
    if (!name.endsWith(".json")) continue;
    const chart = JSON.parse(await read(`docs/charts/${name}`)) as DrawnChart;
    const reached = new Set<string>([chart.nodes[0]!.id]);
    for (const id of reached) {
      for (const key of ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]) {
        const next = neighbour(chart, id, key);
        if (next !== undefined) reached.add(next);
      }
    }
    assert.deepEqual(chart.nodes.filter(({ id }) => !reached.has(id)).map(({ id }) => id), [], name);
  }
});
