import { testRule } from "./run_rule.ts";

const at = "actors/a.ts";

testRule("no-throw-in-action", [
  [at, "setup({ actions: { a: () => { throw new Error(); } } });"],
  [at, "setup({ actions: { a() { throw new Error(); } } });"],
  [at, "setup({ actions: { a: assign({ x: () => { throw new Error(); } }) } });"],
  [at, "setup({ actions: { a: ({ context }) => { try { throw 1; } catch { return; } } } });"],
  [at, "assign(({ context }) => { if (bad) throw new Error(); return {}; });"],
  [at, "charts.assign(({ context }) => { throw new Error(); });"],
  [at, "enqueueActions(({ enqueue }) => { items.forEach(() => { throw new Error(); }); });"],
  [at, "charts?.assign(() => { throw new Error(); });"],
  [at, "raise(() => { throw new Error(); });"],
  [at, "createMachine({ entry: () => { throw new Error(); } });"],
  [at, "base.createMachine({ states: { s: { exit: [() => { throw new Error(); }] } } });"],
  [at, "createMachine({ on: { E: { actions: () => { throw new Error(); } } } });"],
  [at, "createMachine({ invoke: { src: 'a', onError: { actions: [() => { throw new Error(); }] } } });"],
  [at, "machine.provide({ actions: { a: () => { throw new Error(); } } });"],
  [at, "export const speaking = { entry: () => { throw new Error(); } };"],
  [at, "setup({ actions: { a: async () => {} } });"],
  [at, "setup({ actions: { a: () => { list.map(async (x) => x); } } });"],
  ["routes/a.ts", 'import { setup } from "xstate"; setup({ actions: { a: () => { throw new Error(); } } });'],
], [
  [at, "setup({ actors: { a: fromPromise(async () => { await work(); throw new Error(); }) } });"],
  [at, "enqueueActions(({ enqueue }) => { enqueue.spawnChild(fromPromise(async () => { await work(); })); });"],
  [at, "function make(x) { if (!x) throw new Error(); return setup({ actions: { a: () => {} } }); }"],
  [at, "async function run() { await work(); Object.assign({}, await load()); }"],
  [at, "Object.assign(target, list.map(() => { throw new Error(); }));"],
  [at, "setup({ guards: { g: () => true }, actions: { a: () => note() } });"],
  ["services/a.ts", "const hooks = { exit: () => { throw new Error(); } };"],
  ["tests/facts_test.ts", 'import { setup } from "xstate"; setup({ actions: { a: () => { throw new Error(); } } });'],
]);
