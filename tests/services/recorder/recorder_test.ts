import assert from "node:assert/strict";
import fc from "fast-check";
import { assign, createActor, fromPromise, setup } from "xstate";
import { AppError } from "../../../base/errors.ts";
import { describe } from "../../../services/charts/describe.ts";
import type { RecordingHeader, RecordLine } from "../../../services/recorder/record.ts";
import { DeviceRecorder, type RecorderOptions } from "../../../services/recorder/recorder.ts";
import { traced } from "../../../services/recorder/traced.ts";
import { settle, VirtualClock } from "../../support/virtual_clock.ts";

function build(change: Partial<RecorderOptions> = {}): { clock: VirtualClock; recorder: DeviceRecorder } {
  const clock = new VirtualClock();
  return { clock, recorder: new DeviceRecorder({ deviceId: "aa:bb", clock, appVersion: "1.2.3", ...change }) };
}

function read(recorder: DeviceRecorder, after?: number): { header: RecordingHeader; records: RecordLine[] } {
  const [header, ...records] = [...recorder.lines(after)].map((line) => JSON.parse(line));
  return { header, records };
}

/** Small conversation: idle → busy (a promise) → idle, with a guard and a timer. */
function machineWith(recorder: DeviceRecorder, answer: () => Promise<string> = () => Promise.resolve("the answer")) {
  return setup({
    types: { context: {} as { turns: number }, events: {} as { type: "ask"; text: string; turnId: string } | { type: "poke" } },
    actors: { chat: fromPromise(answer) },
    guards: { never: traced("never", () => false, () => recorder) },
    actions: { cheer: () => {} },
    delays: { nap: 500 },
  }).createMachine({
    id: "device",
    context: { turns: 0 },
    initial: "idle",
    states: {
      idle: { on: { ask: "busy", poke: { guard: "never", target: "busy" } }, after: { nap: "asleep" } },
      busy: {
        invoke: {
          src: "chat",
          onDone: { target: "idle", actions: [assign({ turns: ({ context }) => context.turns + 1 }), "cheer"] },
          onError: "idle",
        },
      },
      asleep: { type: "final" },
    },
  });
}

async function converse(recorder: DeviceRecorder, clock: VirtualClock, answer?: () => Promise<string>) {
  const machine = machineWith(recorder, answer);
  const actor = createActor(machine, { inspect: recorder.inspect, clock });
  actor.subscribe({ error: () => {} });
  actor.start();
  await clock.advance(10);
  actor.send({ type: "poke" });
  actor.send({ type: "ask", text: "what is my secret?", turnId: "01ABC" });
  await settle();
  await clock.advance(500);
  return machine;
}

Deno.test("a recording tells the story: events with senders, steps with states and edges, actors, guard answers, ends", async () => {
  const { clock, recorder } = build();
  const machine = await converse(recorder, clock);
  const { header, records } = read(recorder);
  assert.deepEqual(header, {
    kind: "header",
    schema: 1,
    app: "1.2.3",
    device: "aa:bb",
    machine: { id: "device", hash: describe(machine).hash },
    epoch: Date.UTC(2026, 0, 1),
    dropped: 0,
  });
  assert.deepEqual(records.map((record) => record.seq), records.map((_, index) => index));
  const edge = (label: string, target: string) =>
    describe(machine).edges.find((each) => each.label === label && each.targets[0] === target)?.id;
  const steps = records.filter((record) => record.kind === "step").map(({ from, to, edges, t }) => ({ from, to, edges, t }));
  assert.deepEqual(steps, [
    { from: undefined, to: "device.idle", edges: undefined, t: 0 },
    { from: "device.idle", to: "device.busy", edges: [edge("ask", "device.busy")], t: 10_000 },
    { from: "device.busy", to: "device.idle", edges: [edge("chat done", "device.idle")], t: 10_000 },
    { from: "device.idle", to: "device.asleep", edges: [edge("after nap (500 ms)", "device.asleep")], t: 510_000 },
  ]);
  assert.ok(steps.slice(1).every((step) => typeof step.edges?.[0] === "number"));
  const ask = records.find((record) => record.type === "ask" && record.kind === "event");
  assert.deepEqual(ask?.data, { text: { chars: 18 }, turnId: "01ABC" });
  assert.equal(ask?.wall, Date.UTC(2026, 0, 1) + 10);
  assert.deepEqual(records.filter((record) => record.kind === "actor").map((record) => record.actor), ["device", "device/chat"]);
  assert.deepEqual(records.find((record) => record.type === "guard")?.data, { guard: "never", result: false });
  assert.equal(records.find((record) => record.type.startsWith("xstate.done.actor"))?.from, "device/chat");
  const answered = describe(machine).edges[steps[2]?.edges?.[0] ?? -1];
  assert.ok(answered?.actions.includes("cheer"), "the actions of a step are those of its transitions in the chart");
  assert.deepEqual(records.filter((record) => record.kind === "done").map((record) => record.actor), ["device/chat", "device"]);
});

Deno.test("an event that no transition answers is marked, others are not", async () => {
  const { clock, recorder } = build();
  await converse(recorder, clock);
  const events = read(recorder).records.filter((record) => record.kind === "event").map((
    record,
  ) => [record.type.split(".")[0], record.ignored]);
  assert.deepEqual(events.slice(0, 2), [["poke", true], ["ask", undefined]]);
  assert.equal(events.filter(([, ignored]) => ignored).length, 1);
});

Deno.test("what people say is recorded as a length unless asked for, secrets never", async () => {
  for (const transcripts of [false, true]) {
    const { clock, recorder } = build({ transcripts });
    await converse(recorder, clock);
    recorder.note("connect", {
      token: "t0psecret",
      authorization: "Bearer t0psecret",
      Device: { apiKey: ["t0psecret"], password: 1234 },
      said: "header was Authorization: Bearer t0psecret=",
      firstTokenMs: 12,
      tokens: 40,
      name: "my name is Bob",
      mode: "auto",
    });
    const text = [...recorder.lines()].join("\n");
    assert.equal(text.includes("what is my secret?"), transcripts);
    assert.equal(text.includes("the answer"), transcripts);
    assert.equal(text.includes("my name is Bob"), transcripts);
    assert.doesNotMatch(text, /t0psecret|1234/);
    const note = read(recorder).records.at(-1)?.data as Record<string, unknown>;
    assert.deepEqual([note.firstTokenMs, note.tokens, note.mode], [12, 40, "auto"]);
  }
});

Deno.test("an error is recorded with its code and place; a library's message, which may quote a person, only as a length", async () => {
  const { clock, recorder } = build();
  await converse(recorder, clock, () => Promise.reject(new AppError("Chat gave no text", { code: "chat_timeout" })));
  await converse(recorder, clock, () => Promise.reject(new SyntaxError(`Unexpected token in "my private words"`)));
  const errors = read(recorder).records.filter((record) => record.kind === "error").map((record) => record.data as Record<string, unknown>);
  assert.equal(errors[0]?.code, "chat_timeout");
  assert.equal(errors[0]?.message, "Chat gave no text");
  assert.equal(errors[1]?.name, "SyntaxError");
  assert.match(String(errors[1]?.frame), /recorder_test/);
  assert.doesNotMatch([...recorder.lines()].join(), /private words/);
});

Deno.test("a value that cannot be looked at costs its record, never the actor", () => {
  const { recorder } = build();
  const machine = setup({}).createMachine({ initial: "a", states: { a: { on: { go: "b" } }, b: {} } });
  const actor = createActor(machine, { inspect: recorder.inspect }).start();
  actor.send({
    type: "go",
    get bad(): never {
      throw new Error("Do not look");
    },
  });
  assert.equal(actor.getSnapshot().value, "b");
  assert.equal(actor.getSnapshot().status, "active");
  assert.deepEqual(read(recorder).header.faults, { count: 1, last: "Do not look" });
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  recorder.note("loop", loop);
  recorder.note("odd", { f: () => {}, big: 10n, nan: NaN, when: new Date(0), bytes: new Uint8Array(7), list: Array(100).fill(1) });
  assert.doesNotThrow(() => [...recorder.lines()]);
  actor.stop();
});

Deno.test("the ring keeps the newest records within its number and its bytes, whatever is written", () => {
  const text = fc.integer({ min: 0, max: 4_000 }).map((length) => "x".repeat(length));
  fc.assert(fc.property(
    fc.array(fc.record({ kind: fc.string(), data: fc.oneof(fc.jsonValue(), text, fc.array(text)) }), { maxLength: 100 }),
    fc.integer({ min: 1, max: 50 }),
    fc.integer({ min: 16_384, max: 65_536 }),
    (notes, records, bytes) => {
      const { recorder } = build({ records, bytes, transcripts: true });
      for (const { kind, data } of notes) {
        recorder.note(kind, data);
        assert.ok(recorder.bytes <= bytes);
      }
      const { header, records: kept } = read(recorder);
      assert.ok(kept.length <= records);
      assert.equal(header.dropped + kept.length, notes.length);
      assert.deepEqual(kept.map((record) => record.seq), Array.from({ length: kept.length }, (_, i) => header.dropped + i));
      if (notes.length > 0) assert.equal(kept.at(-1)?.type, notes.at(-1)?.kind.slice(0, 128));
    },
  ));
});

Deno.test("a record is small however large the value is", () => {
  const { recorder } = build({ transcripts: true });
  const wide = (depth: number): unknown =>
    depth === 0 ? "x".repeat(5_000) : Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`k${n}`, wide(depth - 1)]));
  recorder.note("huge", wide(3));
  assert.ok(recorder.bytes < 16_384);
  assert.ok([...recorder.lines()].join("").length < 16_384);
});

Deno.test("a reader gets what came after a number, and one that was overtaken sees the gap", () => {
  const { recorder } = build({ records: 4 });
  for (let n = 0; n < 3; n++) recorder.note("n", { n });
  assert.deepEqual(read(recorder, 0).records.map((record) => record.seq), [1, 2]);
  const slow = recorder.lines()[Symbol.iterator]();
  slow.next();
  slow.next();
  for (let n = 3; n < 6; n++) recorder.note("n", { n });
  assert.deepEqual(JSON.parse(slow.next().value as string).seq, 2);
  assert.equal(slow.next().done, true);
  assert.deepEqual(read(recorder).records.map((record) => record.seq), [2, 3, 4, 5]);
});

Deno.test("a crash of a machine is on record as an error event at its parent", () => {
  const { recorder } = build();
  const child = setup({
    actions: {
      boom: () => {
        throw new AppError("Boom happened", { code: "boom" });
      },
    },
  }).createMachine({ id: "turn", on: { go: { actions: "boom" } } });
  const parent = setup({ actors: { turn: child } }).createMachine({
    id: "device",
    initial: "a",
    states: { a: { invoke: { src: "turn", id: "turn", onError: "b" } }, b: {} },
  });
  const actor = createActor(parent, { inspect: recorder.inspect }).start();
  actor.getSnapshot().children.turn?.send({ type: "go" });
  const { records } = read(recorder);
  const crash = records.find((record) => record.type === "xstate.error.actor.turn" && record.kind === "event");
  assert.equal((crash?.data as { error: { code: string } }).error.code, "boom");
  assert.equal(crash?.from, "device/turn");
  assert.equal(records.filter((record) => record.kind === "step").at(-1)?.to, "device.b");
  actor.stop();
});

Deno.test("steps of a parallel machine name every active state", () => {
  const { recorder } = build();
  const machine = setup({}).createMachine({
    id: "p",
    type: "parallel",
    states: {
      ear: { initial: "open", states: { open: { on: { hush: "shut" } }, shut: {} } },
      mouth: { initial: "quiet", states: { quiet: {}, talk: {} } },
    },
  });
  const actor = createActor(machine, { inspect: recorder.inspect }).start();
  actor.send({ type: "hush" });
  const step = read(recorder).records.filter((record) => record.kind === "step").at(-1);
  assert.deepEqual([step?.from, step?.to], ["p.ear.open p.mouth.quiet", "p.ear.shut p.mouth.quiet"]);
  actor.stop();
});

Deno.test("a crash of the device's own machine is on record when its observer reports it", () => {
  const { recorder } = build();
  const actions = {
    boom: () => {
      throw new AppError("Boom happened", { code: "boom" });
    },
  };
  const actor = createActor(setup({ actions }).createMachine({ id: "device", on: { go: { actions: "boom" } } }), {
    inspect: recorder.inspect,
  });
  actor.subscribe({ error: (error) => recorder.failed(error) });
  actor.start();
  actor.send({ type: "go" });
  const { records } = read(recorder);
  assert.equal(records.find((record) => record.kind === "step")?.to, "device");
  const last = records.at(-1);
  assert.deepEqual([last?.kind, last?.actor, last?.type, (last?.data as { code?: string }).code], ["error", "device", "crash", "boom"]);
});
