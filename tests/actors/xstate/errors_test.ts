/**
 * Facts about errors in XState 5 that the supervision of this project is built on. A release that changes one fails here first.
 *
 * @module
 */

import assert from "node:assert/strict";
import { createActor, fromCallback, fromPromise, sendTo, setup, SimulatedClock } from "xstate";
import { killTree } from "../../../actors/supervision/kill_tree.ts";
import { settle } from "../../support/virtual_clock.ts";

const boom = () => {
  throw new Error("boom");
};

/** Leaves that say whether they were cleaned up. */
function leaves() {
  const seen = { disposed: 0, aborted: 0 };
  const callback = fromCallback(() => () => {
    seen.disposed++;
  });
  const promise = fromPromise<void>(({ signal }) =>
    new Promise((resolve) =>
      signal.addEventListener("abort", () => {
        seen.aborted++;
        resolve();
      })
    )
  );
  return { seen, callback, promise };
}

function crashing(actors: ReturnType<typeof leaves>) {
  return setup({ actors: { callback: actors.callback, promise: actors.promise }, actions: { boom } }).createMachine({
    invoke: [{ src: "callback", onError: {} }, { src: "promise", onError: {} }],
    on: { CRASH: { actions: "boom" }, PING: {} },
  });
}

Deno.test("X1: an actor that throws is over for good and later events are dropped silently", () => {
  const errors: unknown[] = [];
  const actor = createActor(crashing(leaves()));
  actor.subscribe({ error: (error) => errors.push(error) });
  actor.start();
  actor.send({ type: "CRASH" });
  assert.equal(actor.getSnapshot().status, "error");
  actor.send({ type: "PING" });
  assert.equal(actor.getSnapshot().status, "error");
  assert.equal(errors.length, 1);
  killTree(actor);
});

Deno.test("X2: a machine that throws orphans its children, even after the root is stopped", () => {
  const actors = leaves();
  const actor = createActor(crashing(actors));
  actor.subscribe({ error: () => {} });
  actor.start();
  actor.send({ type: "CRASH" });
  actor.stop();
  assert.deepEqual(actors.seen, { disposed: 0, aborted: 0 });
  killTree(actor);
});

Deno.test("X3: killTree runs the disposers and aborts the promises of a crashed machine", () => {
  const actors = leaves();
  const actor = createActor(crashing(actors));
  actor.subscribe({ error: () => {} });
  actor.start();
  actor.send({ type: "CRASH" });
  killTree(actor);
  assert.deepEqual(actors.seen, { disposed: 1, aborted: 1 });
});

Deno.test("X4: a child's error that no transition takes puts its parent into error, up to the root", async () => {
  const child = setup({ actions: { boom } }).createMachine({ entry: "boom" });
  const parent = setup({ actors: { child } }).createMachine({ invoke: { src: "child" } });
  const root = createActor(setup({ actors: { parent } }).createMachine({ invoke: { src: "parent" } }));
  const errors: unknown[] = [];
  root.subscribe({ error: (error) => errors.push(error) });
  root.start();
  await settle();
  assert.equal(root.getSnapshot().status, "error");
  assert.equal((errors[0] as Error).message, "boom");
});

Deno.test("X4: a root without an error observer ends the process with code 1", async () => {
  const code = `import { createActor, setup } from "xstate";
    const actor = createActor(setup({ actions: { boom: () => { throw new Error("boom"); } } }).createMachine({ on: { CRASH: { actions: "boom" } } }));
    actor.start(); actor.send({ type: "CRASH" }); setTimeout(() => Deno.exit(7), 1000);`;
  assert.deepEqual(await endOf(code), { code: 1, boom: true });
});

Deno.test("X5: a subscription without error rethrows globally what the parent has handled", async () => {
  const code = `import { createActor, fromPromise, setup } from "xstate";
    const child = fromPromise(() => Promise.reject(new Error("boom")));
    const actor = createActor(setup({ actors: { child } }).createMachine({ invoke: { id: "child", src: "child", onError: {} } }));
    actor.subscribe({ error: () => {} });
    actor.start(); actor.getSnapshot().children.child.subscribe(() => {}); setTimeout(() => Deno.exit(7), 1000);`;
  assert.deepEqual(await endOf(code), { code: 1, boom: true });
});

Deno.test("X6: a wildcard transition swallows the errors and the ends of children", async () => {
  const types: string[] = [];
  const failing = fromPromise(() => Promise.reject(new Error("boom")));
  const ending = fromPromise(() => Promise.resolve());
  const root = createActor(
    setup({ actors: { failing, ending }, actions: { note: ({ event }) => types.push(event.type) } }).createMachine({
      invoke: [{ id: "failing", src: "failing" }, { id: "ending", src: "ending" }],
      on: { "*": { actions: "note" } },
    }),
  );
  root.subscribe({ error: () => {} });
  root.start();
  await settle();
  assert.deepEqual(types.sort(), ["xstate.done.actor.ending", "xstate.error.actor.failing"]);
  assert.equal(root.getSnapshot().status, "active");
  root.stop();
});

Deno.test("X7: only the parent or the root stops an actor", () => {
  const root = createActor(crashing(leaves()));
  root.start();
  const child = Object.values(root.getSnapshot().children)[0];
  assert.throws(() => (child as unknown as { stop(): void }).stop(), /non-root actor cannot be stopped/);
  root.stop();
});

Deno.test("X8: exit actions run neither on stop nor on an error", () => {
  const ran: string[] = [];
  const machine = setup({ actions: { boom, left: () => ran.push("left") } }).createMachine({
    initial: "on",
    states: { on: { exit: "left", on: { CRASH: { actions: "boom" } } } },
  });
  const stopped = createActor(machine).start();
  stopped.stop();
  const crashed = createActor(machine);
  crashed.subscribe({ error: () => {} });
  crashed.start().send({ type: "CRASH" });
  assert.deepEqual(ran, []);
});

Deno.test("X11: a promise that rejects after its actor was stopped is swallowed, and a synchronous throw is an error", async () => {
  const late = Promise.withResolvers<void>();
  const throwing = fromPromise<void>(() => {
    throw new Error("at once");
  });
  const root = createActor(
    setup({ actors: { late: fromPromise<void>(() => late.promise), throwing } }).createMachine({
      initial: "waiting",
      states: {
        waiting: { invoke: { src: "late", onError: "failed" }, on: { LEAVE: "throwing" } },
        throwing: { invoke: { src: "throwing", onError: "caught" } },
        caught: {},
        failed: {},
      },
    }),
  );
  root.start();
  root.send({ type: "LEAVE" });
  late.reject(new Error("late"));
  await settle();
  assert.equal(root.getSnapshot().value, "caught");
  root.stop();
});

Deno.test("X12: a callback actor's set-up error is caught, and its disposer's error puts the parent into error", () => {
  const failing = fromCallback(boom as () => void);
  const badDisposer = fromCallback(() => boom);
  const setUp = createActor(
    setup({ actors: { failing } }).createMachine({
      initial: "a",
      states: { a: { invoke: { src: "failing", onError: "caught" } }, caught: {} },
    }),
  );
  setUp.subscribe({ error: () => {} });
  setUp.start();
  assert.equal(setUp.getSnapshot().value, "caught");
  setUp.stop();
  const disposed = createActor(
    setup({ actors: { badDisposer } }).createMachine({
      initial: "a",
      states: { a: { invoke: { src: "badDisposer", onError: {} }, on: { LEAVE: "b" } }, b: {} },
    }),
  );
  disposed.subscribe({ error: () => {} });
  disposed.start().send({ type: "LEAVE" });
  assert.equal(disposed.getSnapshot().status, "error");
});

Deno.test("X20: a listener of emitted events that throws does not hurt the actor", async () => {
  const code = `import { createActor, emit, setup } from "xstate";
    addEventListener("error", (e) => { e.preventDefault(); });
    const actor = createActor(setup({}).createMachine({ on: { GO: { actions: emit({ type: "gone" }) } } }));
    actor.on("gone", () => { throw new Error("listener"); });
    actor.start(); actor.send({ type: "GO" });
    setTimeout(() => Deno.exit(actor.getSnapshot().status === "active" ? 0 : 3), 50);`;
  assert.equal((await endOf(code)).code, 0);
});

Deno.test("X21: maxIterations ends an endless loop of eventless transitions", () => {
  const machine = setup({}).createMachine({
    initial: "a",
    states: { a: { always: "b" }, b: { always: "a" } },
    options: { maxIterations: 1000 },
  });
  const actor = createActor(machine);
  actor.subscribe({ error: () => {} });
  actor.start();
  assert.equal(actor.getSnapshot().status, "error");
});

async function endOf(code: string): Promise<{ code: number; boom: boolean }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--ext=ts", code],
    cwd: new URL("../../..", import.meta.url),
    stdout: "null",
    stderr: "piped",
  });
  const output = await child.output();
  return { code: output.code, boom: new TextDecoder().decode(output.stderr).includes("boom") };
}

Deno.test("X2: the timers of what is below a machine that throws go on, until the tree is killed", () => {
  const clock = new SimulatedClock();
  const kid = setup({}).createMachine({ initial: "a", states: { a: { after: { 10: "b" } }, b: { after: { 10: "a" } } } });
  const parent = setup({ actors: { kid }, actions: { boom } }).createMachine({
    invoke: { id: "kid", src: "kid", onError: {} },
    on: { CRASH: { actions: "boom" } },
  });
  const actor = createActor(parent, { clock });
  actor.subscribe({ error: () => {} });
  actor.start();
  const below = actor.getSnapshot().children["kid"]!;
  actor.send({ type: "CRASH" });
  actor.stop();
  clock.increment(10);
  assert.equal(below.getSnapshot().value, "b");
  killTree(actor);
  clock.increment(10);
  assert.deepEqual([below.getSnapshot().value, below.getSnapshot().status], ["b", "stopped"]);
});

Deno.test("X12: what a callback actor throws when it receives is caught by the parent", () => {
  const picky = fromCallback(({ receive }) => receive(boom));
  const machine = setup({ actors: { picky } }).createMachine({
    initial: "a",
    states: {
      a: { invoke: { id: "picky", src: "picky", onError: "caught" }, on: { GO: { actions: sendTo("picky", { type: "X" }) } } },
      caught: {},
    },
  });
  const actor = createActor(machine);
  actor.subscribe({ error: () => {} });
  actor.start().send({ type: "GO" });
  assert.equal(actor.getSnapshot().value, "caught");
  actor.stop();
});
