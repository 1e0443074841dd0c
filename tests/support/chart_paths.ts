/**
 * Walks through any state chart breadth first and tells which of its transitions no path took.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { AnyActor, AnyStateMachine, AnyTransitionDefinition, InspectionEvent } from "xstate";
import { observe } from "../../actors/supervision/observe.ts";
import { describe } from "../../services/charts/describe.ts";
import { indexEdges } from "../../services/charts/edge_index.ts";
import { settle, VirtualClock } from "./virtual_clock.ts";

/** A chart on ports that do what steps say. */
export interface PathModel {
  /** The transitions taken so far: see {@link takenBy}. */
  readonly taken: readonly AnyTransitionDefinition[];
  /** What makes two situations the same, so that only the first is gone on from. */
  readonly place: string;
  /** Whether anything can happen any more. */
  readonly active: boolean;
  /** What broke, where something did. */
  readonly failure: unknown;
  /** Ends the chart, and checks that nothing is left. */
  end(): Promise<void>;
}

/** A thing that can happen. */
export interface PathStep<M extends PathModel> {
  readonly name: string;
  take(model: M): Promise<void>;
}

/** An inspector that notes the transitions of the root actor. */
export function takenBy(taken: AnyTransitionDefinition[], isRoot: (ref: unknown) => boolean): (event: InspectionEvent) => void {
  return (event) => {
    if (event.type === "@xstate.microstep" && isRoot(event.actorRef)) taken.push(...event._transitions);
  };
}

/** Takes all paths of up to `depth` steps and returns the transitions that none took, in words. */
export async function untakenTransitions<M extends PathModel>(
  machine: AnyStateMachine,
  make: () => M,
  steps: readonly PathStep<M>[],
  depth: number,
): Promise<string[]> {
  const missing = indexEdges(machine);
  const seen = new Set<string>();
  let paths: readonly (readonly PathStep<M>[])[] = [[]];
  for (let length = 1; length <= depth && paths.length > 0; length++) {
    const next: (readonly PathStep<M>[])[] = [];
    for (const path of paths.flatMap((path) => steps.map((step) => [...path, step]))) {
      const model = make();
      for (const step of path) await step.take(model);
      assert.equal(model.failure, undefined, path.map(({ name }) => name).join(", "));
      for (const transition of model.taken) missing.delete(transition);
      if (!seen.has(model.place)) {
        seen.add(model.place);
        if (model.active) next.push(path);
      }
      await model.end();
    }
    paths = next;
  }
  const { edges } = describe(machine);
  return [...missing.values()].map((id) => edges[id]!).map(({ source, label, guard, targets }) =>
    `${source} on ${label}${guard === undefined ? "" : ` if ${guard}`} to ${targets.join() || "itself"}`
  );
}

/** A chart alone, on a clock of its own, for paths through it. */
export abstract class ActorPathModel implements PathModel {
  readonly clock = new VirtualClock();
  readonly taken: AnyTransitionDefinition[] = [];
  failure: unknown;
  abstract readonly actor: AnyActor;

  get place(): string {
    const { value, status } = this.actor.getSnapshot() as { value?: unknown; status: string };
    return JSON.stringify([value, status, this.more()]);
  }

  get active(): boolean {
    return this.actor.getSnapshot().status === "active";
  }

  async end(): Promise<void> {
    this.actor.stop();
    await settle();
    assert.equal(this.clock.armed, 0, "a timer is left");
  }

  /** What else tells places apart. */
  protected more(): unknown {
    return undefined;
  }

  /** To be called when the actor has been made. */
  protected start(): void {
    observe(this.actor, { error: (error) => this.failure = error });
    this.actor.start();
  }
}
