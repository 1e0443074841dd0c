/**
 * Random supervision trees and what happens to them, and what must hold all the same.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { AnyChildSpec, Restart } from "../../../actors/supervision/child_spec.ts";
import type { Strategy } from "../../../actors/supervision/settings.ts";
import type { SupervisorSnapshot } from "../../../actors/supervision/snapshot.ts";
import type { Supervisor } from "../../../actors/supervision/supervisor.ts";
import { Family } from "./family.ts";

interface Leaf {
  readonly restart: Restart;
  readonly optional: boolean;
  readonly starts: ("well" | "badly")[];
  readonly stopsInMs: number;
  readonly brutal: boolean;
}

interface Branch {
  readonly strategy: Strategy;
  readonly intensity: number;
  readonly children: readonly (Leaf | Branch)[];
}

type Step =
  | { readonly do: "crash" | "end" | "stop"; readonly child: number }
  | { readonly do: "wait"; readonly ms: number };

const leaf: fc.Arbitrary<Leaf> = fc.record({
  restart: fc.constantFrom("permanent", "permanent", "transient", "temporary"),
  optional: fc.boolean().map((it) => it),
  starts: fc.array(fc.constantFrom("well" as const, "well" as const, "badly" as const), { maxLength: 4 }),
  stopsInMs: fc.constantFrom(0, 0, 300, 9000),
  brutal: fc.boolean(),
});

const branch = (depth: number): fc.Arbitrary<Branch> =>
  fc.record({
    strategy: fc.constantFrom("one_for_one", "rest_for_one", "one_for_all"),
    intensity: fc.integer({ min: 0, max: 6 }),
    children: fc.array(depth === 0 ? leaf : fc.oneof({ weight: 3, arbitrary: leaf }, { weight: 1, arbitrary: branch(depth - 1) }), {
      minLength: 1,
      maxLength: 5,
    }),
  });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("crash", "crash", "end", "stop"), child: fc.nat(20) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("wait"), ms: fc.constantFrom(0, 0, 100, 1000, 6000, 40_000) }) },
);

/** The property that random trees have. */
export function anyTree(maxSteps: number): fc.IAsyncProperty<[Branch, readonly Step[]]> {
  return fc.asyncProperty(branch(2), fc.array(step, { maxLength: maxSteps, size: "max" }), hold);
}

async function hold(root: Branch, steps: readonly Step[]): Promise<void> {
  const family = new Family();
  const leaves: string[] = [];
  const members = root.children.map((child, index) => describe(child, `${index}`, family, leaves));
  const { strategy, intensity } = root;
  const supervisor = family.supervisor({ id: "top", strategy, intensity });
  let gaveUp = false;
  supervisor.finished.catch(() => gaveUp = true);
  supervisor.startAll(members).catch(() => {});
  for (const step of steps) {
    const id = "child" in step ? leaves[step.child % leaves.length] ?? "" : "";
    if (step.do === "wait") await family.clock.advance(step.ms);
    else if (step.do === "stop") void supervisor.stop(id.slice(0, 1));
    else await family[step.do](id);
    check(family, supervisor);
  }
  // What the stops and back-offs that are under way may take at most, at three levels.
  await family.clock.advance(200_000);
  check(family, supervisor);
  if (!gaveUp) checkSettled(supervisor.tree());
  const stopped = supervisor.shutdown();
  await family.clock.advance(200_000);
  await stopped;
  family.assertGone();
  assert.deepEqual(supervisor.which(), []);
  checkCounts(family, supervisor);
}

function describe(child: Leaf | Branch, id: string, family: Family, leaves: string[]): AnyChildSpec {
  if ("children" in child) {
    const children = child.children.map((each, index) => describe(each, `${id}.${index}`, family, leaves));
    return { id, restart: "permanent", strategy: child.strategy, intensity: child.intensity, children };
  }
  leaves.push(id);
  const { brutal, starts, ...rest } = child;
  return family.member(id, { ...rest, starts: [...starts], shutdown: brutal ? "brutal" : 5000 });
}

/** What holds at any time. */
function check(family: Family, supervisor: Supervisor): void {
  assert.ok(family.mostLives <= 1, "a child lives twice");
  checkChained(supervisor.tree());
}

/** Nobody runs whose support is missing. */
function checkChained({ strategy, children, state }: SupervisorSnapshot): void {
  for (const { tree } of children) if (tree !== undefined) checkChained(tree);
  if (state !== "running" || (strategy !== "rest_for_one" && strategy !== "one_for_all")) return;
  const waiting = children.findIndex(({ state, optional }) => state === "waiting" && !optional);
  if (waiting < 0) return;
  const others = strategy === "one_for_all" ? children.filter((_, index) => index !== waiting) : children.slice(waiting + 1);
  assert.ok(others.every(({ state }) => state === "down"), `${strategy}: ${children.map((child) => child.state).join(" ")}`);
}

/** When nothing happens any more, all are up. */
function checkSettled({ children }: SupervisorSnapshot): void {
  for (const { id, state, tree } of children) {
    assert.equal(state, "up", id);
    if (tree !== undefined) checkSettled(tree);
  }
}

/** Totals are those of the events. */
function checkCounts(family: Family, supervisor: Supervisor): void {
  const totals = supervisor.log.totals();
  const sum = (of: (total: (typeof totals)[number]) => number) => totals.reduce((all, total) => all + of(total), 0);
  const restarts = family.events.filter(({ type }) => type === "restart").length;
  const escalations = family.events.filter(({ type }) => type === "escalate").length;
  assert.equal(sum(({ restarts }) => restarts), restarts);
  assert.ok(sum(({ count }) => count) >= restarts + escalations);
}
