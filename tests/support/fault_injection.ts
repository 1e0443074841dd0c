/**
 * Makes an actor crash in any of its states, under its supervisor, and looks at what is left.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { ActorLogic, AnyActorRef, AnyMachineSnapshot, EventObject } from "xstate";
import type { AnyChildSpec, ChildSpec, RootActor } from "../../actors/supervision/child_spec.ts";
import { Supervisor } from "../../actors/supervision/supervisor.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** An actor in its surroundings, made anew for each crash. */
export interface FaultRig extends Partial<AsyncDisposable> {
  readonly clock: VirtualClock;
  readonly spec: ChildSpec;
  /** What the child stands behind, such as a flag; nothing by default. */
  behind?(spec: ChildSpec): AnyChildSpec;
  /** What the actor holds open beyond timers, such as subscriptions and connections; checked against a run without a crash. */
  open?(): Readonly<Record<string, number>>;
}

/** How an actor is brought into a state. */
export type WayIn<Rig extends FaultRig> = (rig: Rig, actor: RootActor) => void | Promise<void>;

/** What to inject faults into. */
export interface FaultPlan<Rig extends FaultRig> {
  /** Of the actor, for the names of the tests. */
  readonly name: string;
  make(): Rig | Promise<Rig>;
  /** The ways into the states, by the name that {@link placeOf} gives the state, or a part of it. */
  readonly ways: Readonly<Record<string, WayIn<Rig>>>;
}

/** The event that arrives when the fault is injected. Nobody handles it. */
const FAULT: EventObject = { type: "fault.injected" };

/**
 * A test for each way: the actor crashes there; its tree is killed, nothing of it is left, a fresh one runs in its place where its
 * specification says so, and stopping that leaves nothing either.
 */
export function injectFaults<Rig extends FaultRig>(plan: FaultPlan<Rig>): void {
  for (const [state, way] of Object.entries(plan.ways)) {
    Deno.test(`${plan.name}: a crash in ${state} is contained, leaves nothing, and is followed by what the specification says`, async () => {
      const fresh = await run(plan, () => {});
      const freshOpen = openOf(fresh.rig);
      await fresh.end();

      const { rig, actors, crashes, supervisor, end } = await run(plan, way);
      const crashed = actors[0]!;
      assert.ok(placeOf(crashed).includes(state), `expected ${state}, and it is ${placeOf(crashed)}`);
      const below = descendants(crashed);
      poison(crashed);
      crashed.send(FAULT);
      assert.equal(crashed.getSnapshot().status, "error");
      await rig.clock.advance(0);
      const alive = below.filter((child) => child.getSnapshot()?.status === "active");
      assert.deepEqual(alive.map(({ id }) => id), [], "what was below the actor lives on");
      const again = rig.spec.restart !== "temporary";
      assert.equal(actors.length, again ? 2 : 1);
      assert.equal(crashes.length, again ? 0 : 1);
      assert.deepEqual(supervisor.log.totals().map(({ count }) => count), [1]);
      if (again) {
        assert.equal(actors[1]?.getSnapshot().status, "active");
        assert.deepEqual(openOf(rig), freshOpen, "the fresh actor and what is left of the one that crashed hold more than a fresh one");
      }
      await end();
    });
  }
}

/** Where an actor is: the path of each of its active states. */
export function placeOf(actor: AnyActorRef): string {
  const snapshot: Partial<AnyMachineSnapshot> = actor.getSnapshot();
  return JSON.stringify(snapshot.value ?? snapshot.status);
}

async function run<Rig extends FaultRig>({ make }: FaultPlan<Rig>, way: WayIn<Rig>) {
  const rig = await make();
  const actors: RootActor[] = [];
  const crashes: unknown[] = [];
  const supervisor = new Supervisor({ clock: rig.clock });
  const { spec } = rig;
  const child: ChildSpec = {
    ...spec,
    create: () => {
      const actor = spec.create();
      actors.push(actor);
      return actor;
    },
    onDown: (reason) => {
      spec.onDown?.(reason);
      if (reason !== undefined) crashes.push(reason);
    },
  };
  supervisor.start(rig.behind?.(child) ?? child);
  await rig.clock.advance(0);
  await way(rig, actors[0]!);
  const end = async () => {
    const stopped = supervisor.shutdown();
    await rig.clock.advance(60_000);
    await stopped;
    await rig[Symbol.asyncDispose]?.();
    assert.equal(rig.clock.armed, 0, "a timer is left");
    for (const [what, count] of Object.entries(rig.open?.() ?? {})) assert.equal(count, 0, `${what} is left`);
  };
  return { rig, actors, crashes, supervisor, end };
}

function openOf({ clock, open }: FaultRig): Readonly<Record<string, number>> {
  return { timers: clock.armed, ...open?.() };
}

function descendants(actor: AnyActorRef): AnyActorRef[] {
  const children: Record<string, AnyActorRef | undefined> = actor.getSnapshot()?.children ?? {};
  return Object.values(children).flatMap((child) => child === undefined ? [] : [child, ...descendants(child)]);
}

/** From now on the actor's logic throws at every event: the worst that can happen to it, whatever state it is in. */
function poison(actor: AnyActorRef): void {
  const holder = actor as unknown as { logic: ActorLogic<never, EventObject> };
  const transition = () => {
    throw new Error("An injected fault");
  };
  holder.logic = Object.create(holder.logic, { transition: { value: transition } });
}
