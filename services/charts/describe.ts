/**
 * Reads a machine's states and transitions.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { AnyStateMachine, AnyTransitionDefinition } from "xstate";
import { type AnyNode, transitionsOf, walkNodes } from "./edge_index.ts";
import { actionName, type ActorNames, eventName, guardName } from "./labels.ts";
import type { Chart, ChartEdge, ChartInvoke, ChartNode } from "./model.ts";

/** Characters of the hash: enough to tell the versions of a few machines apart. */
const HASH_LENGTH = 16;

/** A machine as data. */
export function describe(machine: AnyStateMachine): Chart {
  const states = [...walkNodes(machine.root)];
  const actors: ActorNames = new Map(states.flatMap((node) => node.invoke.map((each) => [each.id, invokeOf(each).id] as const)));
  const nodes = states.map(nodeOf);
  const edges: ChartEdge[] = [];
  for (const node of states) {
    for (const transition of transitionsOf(node)) edges.push(edgeOf(edges.length, node, transition, machine, actors));
  }
  const hash = createHash("sha256").update(JSON.stringify([machine.id, nodes, edges])).digest("hex").slice(0, HASH_LENGTH);
  return { id: machine.id, hash, nodes, edges };
}

function nodeOf(node: AnyNode): ChartNode {
  const first = node.type === "compound" ? (node.initial.target ?? []).map((target) => (target as AnyNode).id) : [];
  return {
    id: node.id,
    key: node.key,
    kind: node.type,
    ...(node.parent === undefined ? {} : { parent: (node.parent as AnyNode).id }),
    ...(first.length === 0 ? {} : { initial: first }),
    ...(node.description === undefined ? {} : { description: node.description }),
    tags: [...node.tags],
    entry: actionNames(node.entry),
    exit: actionNames(node.exit),
    invoke: node.invoke.map(invokeOf),
  };
}

function edgeOf(id: number, node: AnyNode, transition: AnyTransitionDefinition, machine: AnyStateMachine, actors: ActorNames): ChartEdge {
  const guard = guardName(transition.guard);
  const { kind, label, delay } = eventName(transition.eventType, (transition as { delay?: unknown }).delay, machine, actors);
  return {
    id,
    source: node.id,
    targets: (transition.target ?? []).map((target) => target.id),
    event: transition.eventType,
    kind,
    label,
    ...(guard === undefined ? {} : { guard }),
    actions: actionNames(transition.actions),
    ...(delay === undefined ? {} : { delay }),
    reenter: transition.reenter,
  };
}

function invokeOf(invoke: { readonly id: string; readonly src: unknown }): ChartInvoke {
  const named = typeof invoke.src === "string" && !invoke.src.startsWith("xstate.invoke.");
  const src = named ? invoke.src as string : "inline";
  // An id that nobody wrote is XState's own, `0.machine.state`; the source's name says more.
  return { id: /^\d+\./.test(invoke.id) ? src : invoke.id, src };
}

function actionNames(actions: readonly unknown[]): string[] {
  return actions.map(actionName).filter((name) => name !== undefined);
}
