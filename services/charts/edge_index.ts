/**
 * Numbers for the transitions of a machine.
 *
 * @module
 */

import type { AnyStateMachine, AnyTransitionDefinition } from "xstate";

/** A state of any machine. */
export type AnyNode = AnyStateMachine["root"];

/**
 * Numbers every transition in the order of the machine's definition. The keys are the objects that XState's `@xstate.microstep` events
 * carry, so a lookup by identity says which transition was taken; `machine.provide()` makes new objects with the same numbers.
 */
export function indexEdges(machine: AnyStateMachine): Map<AnyTransitionDefinition, number> {
  const edges = new Map<AnyTransitionDefinition, number>();
  for (const node of walkNodes(machine.root)) {
    for (const transition of transitionsOf(node)) edges.set(transition, edges.size);
  }
  return edges;
}

/** A state and all below it, in the order of definition. */
export function* walkNodes(node: AnyNode): Iterable<AnyNode> {
  yield node;
  for (const child of Object.values(node.states)) yield* walkNodes(child as AnyNode);
}

/** The transitions of one state, its eventless ones last. */
export function* transitionsOf(node: AnyNode): Iterable<AnyTransitionDefinition> {
  for (const list of node.transitions.values()) yield* list as AnyTransitionDefinition[];
  yield* (node.always ?? []) as AnyTransitionDefinition[];
}
