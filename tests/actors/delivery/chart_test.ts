/**
 * Every transition of the delivery chart is taken by some sequence of events, and what holds everywhere holds after each of them.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { AnyStateMachine } from "xstate";
import { deliveryMachine } from "../../../actors/delivery/machine.ts";
import { describe } from "../../../services/charts/describe.ts";
import { type AnyNode, indexEdges, transitionsOf, walkNodes } from "../../../services/charts/edge_index.ts";
import { DeliveryModel, type Step, STEPS } from "./chart_model.ts";

const machine = deliveryMachine as unknown as AnyStateMachine;
const nodes = [...walkNodes(machine.root)];

/** Steps of the longest path: the farthest transition is reached by five. */
const DEPTH = 6;

Deno.test("every transition of the chart is taken, and no path leaves it crashed, stuck or with two batches under way", async () => {
  const missing = indexEdges(machine);
  const seen = new Set<string>();
  let paths: readonly (readonly Step[])[] = [[]];
  for (let length = 1; length <= DEPTH; length++) {
    const next: (readonly Step[])[] = [];
    for (const path of paths.flatMap((path) => STEPS.map((step) => [...path, step]))) {
      const model = new DeliveryModel();
      for (const step of path) await step.take(model);
      const names = path.map(({ name }) => name).join(", ");
      assert.equal(model.crash, undefined, names);
      assert.ok(model.underWay.size <= 1, `${names}: two batches are under way`);
      model.taken.forEach((transition) => missing.delete(transition));
      const { place } = model;
      if (!seen.has(place)) {
        seen.add(place);
        next.push(path);
        await fallSilent(model, names);
      }
      model.actor.stop();
      assert.equal(model.clock.armed, 0, `${names}: a timer is left`);
      assert.equal(model.underWay.size, 0, `${names}: a batch goes on`);
    }
    paths = next;
  }
  const { edges } = describe(machine);
  assert.deepEqual(
    [...missing.values()].map((id) => edges[id]!).map(({ source, label, guard }) => `${source} on ${label} if ${guard}`),
    [],
  );
});

/** Where no port ever answers again, time alone has the archive asked once more; or the process ends, and nothing is. */
async function fallSilent(model: DeliveryModel, path: string): Promise<void> {
  const before = model.deliveries;
  const { draining } = model.actor.getSnapshot().context;
  if (draining) model.actor.send({ type: "DRAIN_DEADLINE" });
  await model.clock.advance(700_000);
  assert.equal(model.crash, undefined, path);
  if (draining) assert.equal(model.actor.getSnapshot().value.outbox, "drained", `${path}, and then silence`);
  else assert.ok(model.deliveries > before, `${path}, and then silence: it stands still`);
}

Deno.test("every state says what it means, and all but the ends have a watchdog", () => {
  for (const node of nodes.filter(({ parent }) => parent !== undefined)) assert.ok(node.description, node.id);
  const lasting = nodes.filter((node) => node.type === "atomic" && node.after.length === 0).map(({ key }) => key);
  assert.deepEqual(lasting, ["drained", "over"]);
});

Deno.test("every actor that a state invokes is registered by name, and its failure is handled", () => {
  const invokes = nodes.flatMap((node) => node.invoke.map((invoke) => ({ node, invoke })));
  assert.equal(invokes.length, 2);
  for (const { node, invoke } of invokes) {
    assert.ok(Object.hasOwn(deliveryMachine.implementations.actors, String(invoke.src)), String(invoke.src));
    const failure = [...transitionsOf(node as AnyNode)].filter(({ eventType }) => eventType === `xstate.error.actor.${invoke.id}`);
    assert.ok(failure.some(({ guard }) => guard === undefined), `${node.id} does not handle every failure`);
  }
});

Deno.test("every guard, action and delay of the vocabulary is used", () => {
  const config = JSON.stringify(deliveryMachine.config);
  const { guards, actions, delays, actors } = deliveryMachine.implementations;
  for (const word of [guards, actions, delays, actors].flatMap((words) => Object.keys(words))) {
    assert.ok(config.includes(`"${word}"`), `${word} is never used`);
  }
});
