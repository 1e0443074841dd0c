/**
 * Rules that the device chart keeps whatever it says: read from its definition, so that a new state or invocation is held to them, too.
 *
 * @module
 */

import assert from "node:assert/strict";
import { deviceMachine } from "../../../actors/device/machine.ts";
import { type AnyNode, transitionsOf, walkNodes } from "../../../services/charts/edge_index.ts";

const nodes = [...walkNodes(deviceMachine.root as AnyNode)];

/** A state that is left in the same step in which it is entered. */
function isTransient(node: AnyNode): boolean {
  return (node.always ?? []).some(({ guard }) => guard === undefined);
}

function isWatched(node: AnyNode): boolean {
  for (let at: AnyNode | undefined = node; at !== undefined; at = at.parent as AnyNode | undefined) {
    if (at.after.length > 0) return true;
  }
  return false;
}

function named(list: readonly AnyNode[]): string[] {
  return list.map(({ id }) => id);
}

Deno.test("every state says what it means", () => {
  const silent = nodes.filter((node) => node !== deviceMachine.root as AnyNode && !node.description);
  assert.deepEqual(named(silent), []);
});

Deno.test("every actor that a state invokes is registered by name, and its failure is handled", () => {
  const invokes = nodes.flatMap((node) => node.invoke.map((invoke) => ({ node, invoke })));
  assert.ok(invokes.length > 0);
  for (const { node, invoke } of invokes) {
    assert.equal(typeof invoke.src, "string", node.id);
    assert.ok(Object.hasOwn(deviceMachine.implementations.actors, String(invoke.src)), `${node.id} invokes ${invoke.src}`);
    const failure = [...transitionsOf(node)].filter(({ eventType }) => eventType === `xstate.error.actor.${invoke.id}`);
    assert.ok(failure.some(({ guard }) => guard === undefined), `${node.id} does not handle every failure of ${invoke.src}`);
  }
});

Deno.test("every state that can last has a watchdog", () => {
  const lasting = nodes.filter((node) => node.type === "atomic" && !isTransient(node));
  assert.ok(lasting.length > 5);
  assert.deepEqual(named(lasting.filter((node) => !isWatched(node))), []);
});

Deno.test("every watchdog moves whatever the guards say", () => {
  for (const node of nodes) {
    for (const { eventType } of node.after) {
      const answers = node.after.filter((other) => other.eventType === eventType);
      assert.ok(answers.some(({ guard, target }) => guard === undefined && target !== undefined), `${node.id} may stay after ${eventType}`);
    }
  }
});

Deno.test("no state takes any event that there is", () => {
  const wild = nodes.flatMap((node) => [...transitionsOf(node)]).filter(({ eventType }) => eventType.includes("*"));
  assert.deepEqual(wild, []);
});

Deno.test("every target is a state of the chart, and every state but the first can be reached", () => {
  const targets = nodes.flatMap((node) => [...transitionsOf(node)]).flatMap(({ target }) => target ?? []);
  const initial = nodes.flatMap((node) => node.type === "compound" ? node.initial.target ?? [] : []);
  const reached = new Set<unknown>([deviceMachine.root, ...targets, ...initial]);
  assert.deepEqual(targets.filter((target) => !nodes.includes(target as AnyNode)), []);
  const parents = new Set([...reached].map((node) => (node as AnyNode).parent as AnyNode | undefined));
  assert.deepEqual(named(nodes.filter((node) => !reached.has(node) && !parents.has(node))), []);
});

Deno.test("every guard, action and delay of the vocabulary is used", () => {
  const config = JSON.stringify(deviceMachine.config, (_, value) => typeof value === "function" ? value.guards ?? value.name : value);
  const { guards, actions, delays, actors } = deviceMachine.implementations;
  for (const word of [guards, actions, delays, actors].flatMap((words) => Object.keys(words))) {
    assert.ok(config.includes(`"${word}"`), `${word} is never used`);
  }
});
