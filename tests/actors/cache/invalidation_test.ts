/**
 * The invalidation chart, walked through breadth first on a channel that does what a path of steps says.
 *
 * @module
 */

import assert from "node:assert/strict";
import { type Actor, type AnyStateMachine, type AnyTransitionDefinition, createActor } from "xstate";
import { invalidationChild } from "../../../actors/cache/child.ts";
import { MAX_PAUSE_MS, SETTLE_MS } from "../../../actors/cache/limits.ts";
import { invalidationMachine } from "../../../actors/cache/machine.ts";
import { Supervisor } from "../../../actors/supervision/supervisor.ts";
import { describe } from "../../../services/charts/describe.ts";
import { type AnyNode, indexEdges, transitionsOf, walkNodes } from "../../../services/charts/edge_index.ts";
import { settle, VirtualClock } from "../../support/virtual_clock.ts";
import { FakeChannel } from "./fake_channel.ts";

class Model {
  readonly clock = new VirtualClock();
  readonly channel = new FakeChannel();
  readonly taken: AnyTransitionDefinition[] = [];
  readonly actor: Actor<typeof invalidationMachine>;
  failure: unknown;

  constructor(change: Partial<FakeChannel> = {}) {
    Object.assign(this.channel, change);
    this.actor = createActor(invalidationMachine, {
      clock: this.clock,
      input: { channel: this.channel, random: () => 0.5 },
      inspect: (event) => {
        if (event.type === "@xstate.microstep" && event.actorRef === this.actor) this.taken.push(...event._transitions);
      },
    });
    this.actor.subscribe({ error: (error) => this.failure = error });
    this.actor.start();
  }

  get place(): string {
    return JSON.stringify(this.actor.getSnapshot().value);
  }
}

interface Step {
  readonly name: string;
  take(model: Model): void | Promise<void>;
}

const STEPS: readonly Step[] = [
  { name: "subscribed", take: ({ channel }) => channel.listener?.subscribed() },
  { name: "lost", take: ({ channel }) => channel.listener?.lost("test") },
  { name: "connected", take: ({ channel }) => channel.connected?.() },
  {
    name: "announced",
    take: async ({ channel }) => {
      channel.announcing?.resolve();
      await settle();
    },
  },
  {
    name: "announcing fails",
    take: async ({ channel }) => {
      channel.announcing?.reject(new Error("Redis went away"));
      await settle();
    },
  },
  { name: "a pause", take: ({ clock }) => clock.advance(MAX_PAUSE_MS) },
  { name: "a minute", take: ({ clock }) => clock.advance(60_000) },
];

const WORLDS: readonly Partial<FakeChannel>[] = [{}, { listenThrows: true }, { watchThrows: true }];

Deno.test("every transition of the invalidation chart is taken, and the cache is trusted in one state alone", async () => {
  const machine = invalidationMachine as unknown as AnyStateMachine;
  const missing = indexEdges(machine);
  for (const world of WORLDS) {
    const seen = new Set<string>();
    let paths: readonly (readonly Step[])[] = [[]];
    for (let length = 0; length <= 6 && paths.length > 0; length++) {
      const next: (readonly Step[])[] = [];
      for (const path of paths) {
        const model = new Model(world);
        for (const step of path) await step.take(model);
        const said = path.map(({ name }) => name).join(", ");
        assert.equal(model.failure, undefined, said);
        assert.equal(model.channel.trusted, model.actor.getSnapshot().matches({ listening: "subscribed" }), `${said}: ${model.place}`);
        model.taken.forEach((transition) => missing.delete(transition));
        const isNew = !seen.has(model.place);
        seen.add(model.place);
        model.actor.stop();
        assert.deepEqual([model.clock.armed, model.channel.listener, model.channel.trusted], [0, undefined, false], `${said}, and stopped`);
        if (isNew) next.push(...STEPS.map((step) => [...path, step]));
      }
      paths = next;
    }
  }
  const { edges } = describe(machine);
  assert.deepEqual([...missing.values()].map((id) => `${edges[id]!.source} on ${edges[id]!.label}`), []);
});

Deno.test("no situation lasts but the one in which all is well: time alone leads on", () => {
  const lasting = [...walkNodes(invalidationMachine.root as AnyNode)].filter((node) => node.type === "atomic" && node.key !== "subscribed");
  assert.deepEqual(lasting.filter((node) => node.after.length === 0).map(({ id }) => id), []);
  for (const node of walkNodes(invalidationMachine.root as AnyNode)) {
    assert.ok(node.description !== undefined || node.parent === undefined, node.id);
    assert.ok([...transitionsOf(node)].every(({ eventType }) => !eventType.includes("*")), node.id);
    for (const { id } of node.invoke) {
      assert.ok([...transitionsOf(node)].some(({ eventType }) => eventType === `xstate.error.actor.${id}`), id);
    }
  }
});

Deno.test("what could not be told is told before the cache is trusted, and others are given time to do the same", async () => {
  const { channel, clock, actor } = new Model();
  assert.deepEqual(channel.log, []);
  channel.listener?.subscribed();
  assert.deepEqual(channel.log, ["announce"]);
  channel.announcing?.resolve();
  await clock.advance(SETTLE_MS - 1);
  assert.equal(channel.trusted, false);
  await clock.advance(1);
  assert.deepEqual(channel.log, ["announce", "trust"]);
  channel.listener?.lost("test");
  assert.deepEqual(channel.log, ["announce", "trust", "distrust"]);
  actor.stop();
});

Deno.test("attempts come less and less often while Redis is away, and at once when it is back", async () => {
  const { channel, clock, actor } = new Model();
  const gaps: number[] = [];
  for (let attempt = 0; attempt < 10; attempt++) {
    channel.listener?.lost("test");
    const from = clock.now();
    while (channel.listener === undefined) await clock.advance(1);
    gaps.push(clock.now() - from);
  }
  assert.deepEqual(gaps, gaps.toSorted((a, b) => a - b));
  assert.ok(gaps[0]! <= 200 && gaps.at(-1)! <= MAX_PAUSE_MS && gaps.at(-1)! > MAX_PAUSE_MS / 2, gaps.join());
  channel.listener?.lost("test");
  channel.connected?.();
  assert.ok(channel.listener !== undefined);
  actor.stop();
});

Deno.test("an invalidation actor that crashes is started again and trusts nothing meanwhile", async () => {
  const clock = new VirtualClock();
  const channel = new FakeChannel();
  using supervisor = new Supervisor({ clock });
  supervisor.start(invalidationChild({ channel, clock, random: () => 0, settleMs: 10 }));
  const connect = async () => {
    channel.listener?.subscribed();
    channel.announcing?.resolve();
    await clock.advance(10);
  };
  await connect();
  assert.equal(channel.trusted, true);
  const { distrust } = channel;
  channel.distrust = () => {
    channel.distrust = distrust;
    throw new Error("The cache is broken");
  };
  channel.listener?.lost("test");
  assert.equal(channel.trusted, false);
  await clock.advance(0);
  await connect();
  assert.equal(channel.trusted, true);
});
