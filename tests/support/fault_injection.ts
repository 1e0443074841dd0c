/**
 * Makes an actor crash in any of its states, under its supervisor, and looks at what is left.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { ActorLogic, AnyActorRef, AnyMachineSnapshot, EventObject } from "xstate";
import type { ChildSpec, RootActor } from "../../actors/supervision/child_spec.ts";
import { flagged } from "../../actors/supervision/flagged.ts";
import { Supervisor } from "../../actors/supervision/supervisor.ts";
import { testGate } from "./test_gate.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** An actor in its surroundings, made anew for each crash. */
export interface FaultRig extends Partial<AsyncDisposable> {
  readonly clock: VirtualClock;
  readonly spec: ChildSpec;
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
  /**
   * Whether the process has the actor behind a flag. Each fault is injected once more then, after the flag was turned off in that same state
   * and on again.
   */
  readonly flagged?: boolean;
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
      await inject(plan, state, way, false);
    });
    if (plan.flagged !== true) continue;
    Deno.test(`${plan.name}: turned off in ${state} it leaves nothing; turned on it comes back, and a crash there is contained`, async () => {
      await inject(plan, state, way, true);
    });
  }
}

async function inject<Rig extends FaultRig>(plan: FaultPlan<Rig>, state: string, way: WayIn<Rig>, turned: boolean): Promise<void> {
  const fresh = await run(plan, () => {}, turned);
  const freshOpen = openOf(fresh.rig);
  await fresh.end();

  const { rig, actors, crashes, supervisor, turn, end } = await run(plan, way, turned);
  if (turned) {
    assert.ok(placeOf(actors[0]!).includes(state), `expected ${state}, and it is ${placeOf(actors[0]!)}`);
    await turn(false);
    assert.equal(actors[0]!.getSnapshot().status, "stopped");
    assertNothingOpen(rig);
    await turn(true);
    await way(rig, actors[1]!);
  }
  const lives = actors.length;
  assert.equal(lives, turned ? 2 : 1);
  const crashed = actors.at(-1)!;
  assert.ok(placeOf(crashed).includes(state), `expected ${state}, and it is ${placeOf(crashed)}`);
  const below = descendants(crashed);
  poison(crashed);
  crashed.send(FAULT);
  assert.equal(crashed.getSnapshot().status, "error");
  await rig.clock.advance(0);
  const alive = below.filter((child) => child.getSnapshot()?.status === "active");
  assert.deepEqual(alive.map(({ id }) => id), [], "what was below the actor lives on");
  const again = rig.spec.restart !== "temporary";
  assert.equal(actors.length, again ? lives + 1 : lives);
  assert.equal(crashes.length, again ? 0 : 1);
  assert.deepEqual(supervisor.log.totals().map(({ count }) => count), [1]);
  if (again) {
    assert.equal(actors.at(-1)?.getSnapshot().status, "active");
    assert.deepEqual(openOf(rig), freshOpen, "the fresh actor and what is left of the one that crashed hold more than a fresh one");
  }
  await end();
}

/** Where an actor is: the path of each of its active states. */
export function placeOf(actor: AnyActorRef): string {
  const snapshot: Partial<AnyMachineSnapshot> = actor.getSnapshot();
  return JSON.stringify(snapshot.value ?? snapshot.status);
}

async function run<Rig extends FaultRig>({ make }: FaultPlan<Rig>, way: WayIn<Rig>, isFlagged: boolean) {
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
  const { gate, turn } = testGate();
  supervisor.start(isFlagged ? flagged(child, { gate, clock: rig.clock }) : child);
  await rig.clock.advance(0);
  await way(rig, actors[0]!);
  const end = async () => {
    const stopped = supervisor.shutdown();
    await rig.clock.advance(60_000);
    await stopped;
    await rig[Symbol.asyncDispose]?.();
    assertNothingOpen(rig);
  };
  const turned = async (on: boolean) => {
    turn(on);
    await rig.clock.advance(0);
  };
  return { rig, actors, crashes, supervisor, turn: turned, end };
}

function assertNothingOpen({ clock, open }: FaultRig): void {
  assert.equal(clock.armed, 0, "a timer is left");
  for (const [what, count] of Object.entries(open?.() ?? {})) assert.equal(count, 0, `${what} is left`);
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
