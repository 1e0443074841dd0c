/**
 * Facts about lifetimes, clocks, inspection and persistence in XState 5 that this project is built on.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  type AnyActorRef,
  type AnyStateMachine,
  assertEvent,
  createActor,
  createMachine,
  emit,
  fromCallback,
  fromPromise,
  getStateNodes,
  type InspectionEvent,
  raise,
  setup,
  SimulatedClock,
  spawnChild,
  stopChild,
  transition,
  waitFor,
} from "xstate";
import { settle } from "../../support/virtual_clock.ts";

const leaf = fromPromise<string>(() => Promise.resolve("done"));

Deno.test("X9: a finished child that was spawned stays in children until stopChild", async () => {
  const root = createActor(
    setup({ actors: { leaf } }).createMachine({
      entry: spawnChild("leaf", { id: "kid" }),
      on: { STOP: { actions: stopChild("kid") } },
    }),
  );
  root.start();
  await settle();
  assert.deepEqual(Object.keys(root.getSnapshot().children), ["kid"]);
  root.send({ type: "STOP" });
  assert.deepEqual(Object.keys(root.getSnapshot().children), []);
  root.stop();
});

Deno.test("X10: the error handler of a crashed child may start it again under the same id", async () => {
  let runs = 0;
  const flaky = fromPromise(() => {
    runs++;
    return runs === 1 ? Promise.reject(new Error("first")) : new Promise<never>(() => {});
  });
  const root = createActor(
    setup({ actors: { flaky } }).createMachine({
      initial: "up",
      states: { up: { invoke: { id: "flaky", src: "flaky", onError: { target: "up", reenter: true } } } },
    }),
  );
  root.start();
  await settle();
  assert.equal(runs, 2);
  assert.equal(root.getSnapshot().children.flaky?.getSnapshot().status, "active");
  root.stop();
});

Deno.test("X11: a promise restored from a snapshot runs again", () => {
  let runs = 0;
  const machine = setup({
    actors: {
      forever: fromPromise(() => {
        runs++;
        return new Promise<never>(() => {});
      }),
    },
  }).createMachine({ invoke: { id: "forever", src: "forever", onError: {} } });
  const first = createActor(machine).start();
  const snapshot = first.getPersistedSnapshot();
  first.stop();
  createActor(machine, { snapshot }).start().stop();
  assert.equal(runs, 2);
});

Deno.test("X13: delayed transitions are not restored from a snapshot", () => {
  const machine = setup({}).createMachine({ initial: "a", states: { a: { after: { 10: "b" } }, b: {} } });
  const clock = new SimulatedClock();
  const first = createActor(machine, { clock }).start();
  const snapshot = first.getPersistedSnapshot();
  first.stop();
  const restoredClock = new SimulatedClock();
  const restored = createActor(machine, { clock: restoredClock, snapshot }).start();
  restoredClock.increment(1000);
  assert.equal(restored.getSnapshot().value, "a");
  restored.stop();
});

Deno.test("X14: a jump of the simulated clock starts the second of two delays at its end", () => {
  const machine = setup({}).createMachine({ initial: "a", states: { a: { after: { 700: "b" } }, b: { after: { 1000: "c" } }, c: {} } });
  const clock = new SimulatedClock();
  const actor = createActor(machine, { clock }).start();
  clock.increment(5000);
  assert.equal(actor.getSnapshot().value, "b");
  actor.stop();
});

Deno.test("X15: an inspector that throws at a microstep puts the inspected actor into error", () => {
  const machine = setup({}).createMachine({ initial: "a", states: { a: { on: { GO: "b" } }, b: {} } });
  const actor = createActor(machine, {
    inspect: (event) => {
      if (event.type === "@xstate.microstep") throw new Error("inspector");
    },
  });
  actor.subscribe({ error: () => {} });
  actor.start();
  actor.send({ type: "GO" });
  assert.equal(actor.getSnapshot().status, "error");
});

Deno.test("X16: inspection reports event, action, microsteps with their transitions, then the snapshot", () => {
  const seen: InspectionEvent[] = [];
  const machine = setup({ actions: { act: () => {} } }).createMachine({
    initial: "a",
    states: { a: { on: { GO: { target: "b", actions: ["act", raise({ type: "ON" })] } } }, b: { on: { ON: "c" } }, c: {} },
  });
  const actor = createActor(machine, { inspect: (event) => seen.push(event) }).start();
  seen.length = 0;
  actor.send({ type: "GO" });
  assert.deepEqual(seen.map(({ type }) => type), [
    "@xstate.event",
    "@xstate.action",
    "@xstate.action",
    "@xstate.microstep",
    "@xstate.microstep",
    "@xstate.snapshot",
  ]);
  const step = seen.find((event) => event.type === "@xstate.microstep");
  assert.ok(step?.type === "@xstate.microstep");
  assert.equal(step._transitions[0], machine.root.states["a"]!.transitions.get("GO")![0]);
  actor.stop();
});

Deno.test("X18: stopping one actor leaves the timers of a separate root alone", () => {
  const machine = setup({}).createMachine({ initial: "a", states: { a: { after: { 10: "b" } }, b: {} } });
  const clock = new SimulatedClock();
  const [one, two] = [createActor(machine, { clock }).start(), createActor(machine, { clock }).start()];
  one.stop();
  clock.increment(10);
  assert.deepEqual([one.getSnapshot().value, two.getSnapshot().value], ["a", "b"]);
  two.stop();
});

Deno.test("X19: an event sent while another is handled waits for its end", () => {
  const order: string[] = [];
  const machine = setup({
    actions: {
      first: ({ self }) => {
        self.send({ type: "SECOND" });
        order.push("first");
      },
      second: () => order.push("second"),
    },
  }).createMachine({ on: { FIRST: { actions: "first" }, SECOND: { actions: "second" } } });
  const actor = createActor(machine).start();
  actor.send({ type: "FIRST" });
  assert.deepEqual(order, ["first", "second"]);
  actor.stop();
});

Deno.test("X20: emitted events reach listeners", () => {
  const heard: unknown[] = [];
  const actor = createActor(
    setup({ types: {} as { emitted: { type: "gone"; n: number } } }).createMachine({
      on: { GO: { actions: emit({ type: "gone", n: 1 }) } },
    }),
  );
  actor.on("gone", (event) => heard.push(event));
  actor.start().send({ type: "GO" });
  assert.deepEqual(heard, [{ type: "gone", n: 1 }]);
  actor.stop();
});

Deno.test("X22: machines can be stepped purely, active nodes listed, and states waited for", async () => {
  const machine = setup({ types: {} as { events: { type: "GO" } }, actions: { check: ({ event }) => assertEvent(event, "GO") } })
    .createMachine({ initial: "a", states: { a: { on: { GO: { target: "b", actions: "check" } } }, b: {} } });
  const actor = createActor(machine).start();
  const [next] = transition(machine, actor.getSnapshot(), { type: "GO" });
  assert.equal(next.value, "b");
  assert.deepEqual(getStateNodes(machine.root, "b").map(({ key }) => key), ["(machine)", "b"]);
  const arrived = waitFor(actor, (snapshot) => snapshot.matches("b"), { timeout: 1000 });
  actor.send({ type: "GO" });
  assert.equal((await arrived).value, "b");
  actor.stop();
});

Deno.test("X23: session ids are counted across all systems of the process", () => {
  const machine = setup({}).createMachine({});
  const ids = [createActor(machine), createActor(machine)].map((actor: AnyActorRef) => actor.sessionId);
  assert.notEqual(ids[0], ids[1]);
});

Deno.test("X24: logic given inline is not named in a persisted snapshot, registered logic is", () => {
  const named = setup({ actors: { idle: fromCallback(() => {}) } }).createMachine({ invoke: { id: "kid", src: "idle", onError: {} } });
  const inline = createMachine({ entry: spawnChild(fromCallback(() => {}), { id: "kid" }) });
  const sourceOf = (machine: AnyStateMachine) => {
    const actor = createActor(machine).start();
    const { children } = actor.getPersistedSnapshot() as unknown as { children: Record<string, { src: unknown }> };
    actor.stop();
    return typeof children["kid"]!.src;
  };
  assert.equal(sourceOf(named), "string");
  assert.equal(sourceOf(inline), "object");
});

Deno.test("X17: even an event that nobody handles is inspected three times, so nothing is made of it unless somebody looks", () => {
  const seen: string[] = [];
  const actor = createActor(setup({}).createMachine({}), { inspect: ({ type }) => void seen.push(type) }).start();
  seen.length = 0;
  actor.send({ type: "UNKNOWN" });
  assert.deepEqual(seen, ["@xstate.event", "@xstate.microstep", "@xstate.snapshot"]);
  actor.stop();
});

Deno.test("X18: spawning and stopping a child copies the map of all children", () => {
  const machine = setup({ actors: { idle: fromCallback(() => {}) } }).createMachine({
    on: { SPAWN: { actions: spawnChild("idle", { id: "kid" }) }, STOP: { actions: stopChild("kid") } },
  });
  const actor = createActor(machine).start();
  const before = actor.getSnapshot().children;
  actor.send({ type: "SPAWN" });
  const between = actor.getSnapshot().children;
  actor.send({ type: "STOP" });
  assert.notEqual(between, before);
  assert.notEqual(actor.getSnapshot().children, between);
  actor.stop();
});
