import assert from "node:assert/strict";
import { type AnyStateMachine, createActor, createMachine, setup } from "xstate";
import { describe } from "../../../services/charts/describe.ts";
import { indexEdges } from "../../../services/charts/edge_index.ts";
import { type Box, layout } from "../../../services/charts/layout.ts";
import { toMermaid } from "../../../services/charts/mermaid.ts";
import { edgeText } from "../../../services/charts/model.ts";
import { toSvg } from "../../../services/charts/svg.ts";
import { exampleMachine } from "./example.ts";

const small = () =>
  setup({ delays: { rest: 250 } }).createMachine({
    id: "small",
    initial: "on",
    states: { on: { on: { off: "off" } }, off: { after: { rest: { target: "on", guard: () => true } } } },
  });

Deno.test("a small machine as data", () => {
  const plain = { tags: [], entry: [], exit: [], invoke: [] };
  assert.deepEqual({ ...describe(small()), hash: "" }, {
    id: "small",
    hash: "",
    nodes: [
      { id: "small", key: "small", kind: "compound", initial: ["small.on"], ...plain },
      { id: "small.on", key: "on", kind: "atomic", parent: "small", ...plain },
      { id: "small.off", key: "off", kind: "atomic", parent: "small", ...plain },
    ],
    edges: [
      { id: 0, source: "small.on", targets: ["small.off"], event: "off", kind: "on", label: "off", actions: [], reenter: false },
      {
        id: 1,
        source: "small.off",
        targets: ["small.on"],
        event: "xstate.after.rest.small.off",
        kind: "after",
        label: "after rest (250 ms)",
        guard: "condition",
        actions: [],
        delay: 250,
        reenter: false,
      },
    ],
  });
});

Deno.test("every kind of transition has a name for people", () => {
  const texts = describe(exampleMachine).edges.map((edge) => `${edge.kind}: ${edgeText(edge)}`);
  for (
    const text of [
      "after: after helloTimeout (10 s)",
      "after: after 30 s",
      "after: after 1500 ms",
      "after: after patience",
      "always: always [hasText]",
      "done: recognize done",
      "error: recognize failed",
      "done: tts done",
      "done: speaking done",
      "on: speechStarted [isLoud and not tooOften]",
    ]
  ) assert.ok(texts.includes(text), `${text} is missing in ${texts.join("; ")}`);
  assert.ok(!texts.some((text) => text.includes("xstate.")));
});

Deno.test("the hash stays for the same machine and changes with any edge, guard, delay or state", () => {
  const base = { id: "m", initial: "a", states: { a: { on: { x: { target: "b", guard: "g" } }, after: { 10: "b" } }, b: {} } };
  const hash = (config: object) => describe(createMachine(config as Parameters<typeof createMachine>[0])).hash;
  assert.equal(hash(base), hash(structuredClone(base)));
  assert.match(hash(base), /^[0-9a-f]{16}$/);
  const other = (change: (copy: typeof base) => void) => {
    const copy = structuredClone(base);
    change(copy);
    return hash(copy);
  };
  const hashes = [
    hash(base),
    other((copy) => copy.states.a.on.x.guard = "h"),
    other((copy) => copy.states.a.on.x.target = "a"),
    other((copy) => Object.assign(copy.states.a, { after: { 11: "b" } })),
    other((copy) => Object.assign(copy.states, { c: {} })),
    other((copy) => Object.assign(copy.states.b, { entry: "act" })),
  ];
  assert.equal(new Set(hashes).size, hashes.length);
});

Deno.test("numbers of transitions are those of the chart, for a machine and for what provide() makes of it", () => {
  const provided = exampleMachine.provide({ guards: { hasText: () => false } });
  for (const machine of [exampleMachine, provided] as AnyStateMachine[]) {
    const index = [...indexEdges(machine)].map(([transition, id]) => [id, transition.eventType, transition.source.id]);
    assert.deepEqual(index, describe(machine).edges.map((edge) => [edge.id, edge.event, edge.source]));
  }
  assert.equal(describe(provided).hash, describe(exampleMachine).hash);
});

Deno.test("the transitions that XState reports are the numbered objects", () => {
  const machine = small();
  const index = indexEdges(machine);
  const taken: (number | undefined)[] = [];
  const actor = createActor(machine, {
    inspect: (event) => {
      if (event.type === "@xstate.microstep") taken.push(...event._transitions.map((transition) => index.get(transition)));
    },
  }).start();
  actor.send({ type: "off" });
  actor.stop();
  assert.deepEqual(taken, [0]);
});

Deno.test("no two states overlap unless one is in the other, and every label has room of its own", async () => {
  const chart = describe(exampleMachine);
  const placed = await layout(chart);
  const boxOf = (id: string): Box => placed.nodes[id] ?? assert.fail(`${id} has no place`);
  const within = (inner: Box, outer: Box) =>
    inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height;
  const apart = (a: Box, b: Box) => a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
  const leaves = chart.nodes.filter((node) => !chart.nodes.some((child) => child.parent === node.id));
  for (const node of chart.nodes) {
    if (node.parent !== undefined) assert.ok(within(boxOf(node.id), boxOf(node.parent)), `${node.id} leaves ${node.parent}`);
  }
  const boxes = [
    ...leaves.map((node) => ({ name: node.id, box: boxOf(node.id) })),
    ...placed.edges.flatMap((edge) => edge.label === undefined ? [] : [{ name: `label ${edge.label.lines.join(" ")}`, box: edge.label }]),
  ];
  for (const [index, a] of boxes.entries()) {
    for (const b of boxes.slice(index + 1)) assert.ok(apart(a.box, b.box), `${a.name} overlaps ${b.name}`);
  }
});

Deno.test("arrows begin at their source and end at their target, and the layout is the same every time", async () => {
  const chart = describe(exampleMachine);
  const placed = await layout(chart);
  const onBorder = (point: { x: number; y: number } | undefined, box: Box | undefined) => {
    if (point === undefined || box === undefined) return false;
    const [dx, dy] = [
      Math.min(Math.abs(point.x - box.x), Math.abs(point.x - box.x - box.width)),
      Math.min(Math.abs(point.y - box.y), Math.abs(point.y - box.y - box.height)),
    ];
    return Math.min(dx, dy) < 1;
  };
  const drawn = placed.edges.filter((edge) => edge.id !== undefined);
  for (const edge of drawn) {
    const { source, targets } = chart.edges[edge.id ?? -1] ?? assert.fail();
    assert.deepEqual([edge.source, edge.target], [source, targets[0]]);
    assert.ok(onBorder(edge.points[0], placed.nodes[source]), `${edge.id} does not begin at ${source}`);
    assert.ok(onBorder(edge.points.at(-1), placed.nodes[edge.target]), `${edge.id} does not end at ${edge.target}`);
  }
  assert.equal(drawn.length, chart.edges.filter((edge) => edge.targets.length > 0).length);
  assert.deepEqual(await layout(chart), placed);
});

Deno.test("the picture names every state and every transition, and text from the machine cannot become markup", async () => {
  const chart = describe(exampleMachine);
  const svg = toSvg(chart, await layout(chart));
  for (const node of chart.nodes) assert.ok(svg.includes(`data-id="${node.id}"`), node.id);
  for (const edge of chart.edges) {
    assert.match(svg, edge.targets.length > 0 ? new RegExp(`class="edge" data-id="${edge.id}"`) : new RegExp(`data-edge="${edge.id}"`));
  }
  assert.ok(svg.includes("spoken &#60;&#38;&#62; &#34;quoted&#34;"));
  assert.ok(!svg.includes("<&>"));
  assert.match(svg, /prefers-color-scheme:dark/);
  assert.equal(svg.match(/<g\b/g)?.length, svg.match(/<\/g>/g)?.length);
});

Deno.test("Mermaid text of a small machine, and special characters written as codes", () => {
  assert.equal(
    toMermaid(describe(small())),
    `stateDiagram-v2
  [*] --> small_on
  state "on" as small_on
  state "off" as small_off
  small_on --> small_off : off
  small_off --> small_on : after rest (250 ms) [condition]
`,
  );
  const text = toMermaid(describe(exampleMachine));
  assert.ok(text.includes("spoken #60;#38;#62; #34;quoted#34;"));
  assert.equal(text.match(/\{$/gm)?.length, text.match(/^ *\}$/gm)?.length);
});

Deno.test("machines with a self transition, several targets, history and no states at all can be drawn", async () => {
  const machines: AnyStateMachine[] = [
    setup({}).createMachine({ id: "nothing" }),
    setup({}).createMachine({
      id: "odd",
      type: "parallel",
      on: { both: { target: [".x.b", ".y.b"] } },
      states: {
        x: {
          initial: "a",
          states: { a: { on: { again: { target: "a", reenter: true } } }, b: { on: { up: { target: "#odd.x", reenter: true } } } },
        },
        y: { initial: "a", states: { a: {}, b: { on: { back: "h" } }, h: { type: "history" } } },
      },
    }) as AnyStateMachine,
  ];
  for (const machine of machines) {
    const chart = describe(machine);
    const placed = await layout(chart);
    assert.equal(
      placed.edges.filter((edge) => edge.id !== undefined).length,
      chart.edges.reduce((sum, edge) => sum + edge.targets.length, 0),
    );
    assert.match(toSvg(chart, placed), /<\/svg>\n$/);
    assert.match(toMermaid(chart), /^stateDiagram-v2\n/);
  }
});
