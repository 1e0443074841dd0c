/**
 * Walks through the device chart breadth first and asks everywhere what holds everywhere.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { AnyStateMachine, AnyTransitionDefinition } from "xstate";
import { deviceMachine } from "../../../actors/device/machine.ts";
import { describe } from "../../../services/charts/describe.ts";
import { indexEdges } from "../../../services/charts/edge_index.ts";
import { ChartModel, type ModelOptions, type Step, STEPS } from "./chart_model.ts";

const machine = deviceMachine as unknown as AnyStateMachine;

/** The worlds that guards tell apart. */
export const WORLDS: readonly ModelOptions[] = [
  { settings: { wake: "greet", goodbye: "spoken" } },
  { settings: { wake: "listen", goodbye: "silent" } },
  { settings: { wake: "answer" }, replyThrows: true },
];

/** Watchdogs that may have to act one after the other until all is over: a whole turn and a goodbye have fewer. */
const MAX_TIMERS = 15;

/** How far an exploration goes. */
export interface Exploration {
  /** Steps of the longest path. */
  readonly depth: number;
  /** What makes two situations the same, so that only the first is gone on from. */
  readonly same: (model: ChartModel) => string;
}

/** Explores all worlds, as far as `exploration` says, and fails where a rule is broken; returns the transitions that no path took. */
export async function untaken(exploration: Exploration): Promise<string[]> {
  const missing = indexEdges(machine);
  for (const world of WORLDS) await explore(world, exploration, (transition) => missing.delete(transition));
  const { edges } = describe(machine);
  return [...missing.values()].map((id) => edges[id]!).map(({ source, label, guard, targets }) =>
    `${source} on ${label}${guard === undefined ? "" : ` if ${guard}`} to ${targets.join() || "itself"}`
  );
}

async function explore(
  world: ModelOptions,
  { depth, same }: Exploration,
  take: (transition: AnyTransitionDefinition) => void,
): Promise<void> {
  const seen = new Set<string>();
  let paths: readonly (readonly Step[])[] = [[]];
  for (let length = 1; length <= depth && paths.length > 0; length++) {
    const next: (readonly Step[])[] = [];
    for (const path of paths) {
      let model: ChartModel | undefined;
      for (const step of STEPS) {
        model ??= await walk(world, path);
        const there = [...path, step];
        const name = there.map(({ name }) => name).join(", ");
        const taken = model.taken.length;
        await step.take(model);
        check(model, name);
        // An event that nothing answers to has changed nothing: the next step begins from here, too.
        if (step.isEvent && model.taken.length === taken) continue;
        model.taken.forEach(take);
        const situation = same(model);
        if (!seen.has(situation)) {
          seen.add(situation);
          if (model.actor.getSnapshot().status === "active") next.push(there);
          await fallSilent(model, name);
        }
        model.actor.stop();
        model = undefined;
      }
      model?.actor.stop();
    }
    paths = next;
  }
}

async function walk(world: ModelOptions, path: readonly Step[]): Promise<ChartModel> {
  const model = new ChartModel(world);
  for (const step of path) await step.take(model);
  return model;
}

/** Where nothing happens any more and every stage hangs, time alone ends the connection. */
async function fallSilent(model: ChartModel, path: string): Promise<void> {
  model.stuck = true;
  for (let timers = 0; timers < MAX_TIMERS && model.actor.getSnapshot().status === "active"; timers++) await model.wait();
  check(model, `${path}, and then silence`);
  assert.equal(model.actor.getSnapshot().status, "done", `${path}, and then silence: the device is stuck in ${model.place}`);
}

/** What holds after every path. */
function check(model: ChartModel, path: string): void {
  const { status } = model.actor.getSnapshot();
  assert.notEqual(status, "error", `${path}: ${model.failure}`);
  const { turn, nextTurn } = model.context;
  const paused = model.actor.getSnapshot().matches({ ready: { replying: { speaking: "paused" } } });
  assert.ok(!model.held || paused, `${path}: the reply waits for nothing`);
  assert.ok(!model.answered.some((each) => model.late.has(each)), `${path}: a turn that began after the end was announced is answered`);
  const open = model.turns.filter((each) => each.outcome === undefined);
  assert.ok(open.every((each) => status !== "done" && (each === turn || each === nextTurn)), `${path}: a turn never ends`);
  const ids = model.persisted.map(({ turnId }) => turnId);
  assert.equal(new Set(ids).size, ids.length, `${path}: a turn is committed twice`);
  assert.ok(model.persisted.every(({ outcome }) => outcome !== "crashed"), `${path}: a turn without an outcome is committed`);
  if (status === "done") assert.equal(model.clock.armed, 0, `${path}: a timer is left`);
}
