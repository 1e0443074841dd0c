import assert from "node:assert/strict";
import { type Actor, createActor } from "xstate";
import { checkMachine } from "../../../actors/health/check_machine.ts";
import type { HealthEvent, HealthPorts } from "../../../actors/health/events.ts";
import { healthMachine } from "../../../actors/health/machine.ts";
import type { CheckStatus } from "../../../services/health/check.ts";
import type { Outcome } from "../../../services/health/settled.ts";
import { ActorPathModel, type PathStep, takenBy, untakenTransitions } from "../../support/chart_paths.ts";
import { settle } from "../../support/virtual_clock.ts";
import { TUNING } from "./rig.ts";

const outcome = (status: CheckStatus): Outcome => ({
  at: 0,
  tookMs: 1,
  readings: [{ component: "x", measurement: "responseTime", type: "component", status }],
});

/** What both charts have. */
abstract class Model extends ActorPathModel {
  asking: PromiseWithResolvers<Outcome> | undefined;
  readonly ports: HealthPorts = {
    ask: () => (this.asking = Promise.withResolvers()).promise,
    late: () => ({ at: 0, tookMs: 500, error: new Error("late") }),
    changed: () => {},
    random: () => 0.5,
  };
}

class CheckModel extends Model {
  readonly told: HealthEvent[] = [];
  readonly actor: Actor<typeof checkMachine> = createActor(checkMachine, {
    clock: this.clock,
    input: {
      check: { id: "x", service: "x", required: false },
      ports: this.ports,
      tuning: TUNING,
      tell: (event) => void this.told.push(event),
    },
    inspect: takenBy(this.taken, (ref) => ref === this.actor),
  });

  constructor() {
    super();
    this.start();
  }
}

class HealthModel extends Model {
  readonly actor: Actor<typeof healthMachine> = createActor(healthMachine, {
    clock: this.clock,
    input: {
      checks: [{ id: "a", service: "a", required: true }, { id: "b", service: "b", required: false }],
      ports: this.ports,
      tuning: { ...TUNING, failAfter: 1, passAfter: 1 },
    },
    inspect: takenBy(this.taken, (ref) => ref === this.actor),
  });

  constructor() {
    super();
    this.start();
  }

  protected override more(): unknown {
    return Object.entries(this.actor.getSnapshot().context.settled).map(([id, { status }]) => [id, status]);
  }
}

Deno.test("every transition of a check is taken by some path, and each path ends with nothing left", async () => {
  const steps: PathStep<CheckModel>[] = [
    { name: "its time comes", take: (it) => it.clock.advance(1100) },
    { name: "it is wanted now", take: async (it) => (it.actor.send({ type: "CHECK_NOW" }), await settle()) },
    { name: "an answer", take: async (it) => (it.asking?.resolve(outcome("pass")), await settle()) },
    { name: "a port that breaks its word", take: async (it) => (it.asking?.reject(new Error("broken")), await settle()) },
  ];
  assert.deepEqual(await untakenTransitions(checkMachine, () => new CheckModel(), steps, 4), []);
});

Deno.test("every transition of health is taken by some path, and each path ends with nothing left", async () => {
  const answers = (["a", "b"] as const).flatMap((id) =>
    (["pass", "warn", "fail"] as const).map((status): PathStep<HealthModel> => ({
      name: `${id} is ${status}`,
      take: async (it) => (it.actor.send({ type: "CHECKED", id, outcome: outcome(status) }), await settle()),
    }))
  );
  const steps: PathStep<HealthModel>[] = [
    ...answers,
    { name: "all are wanted now", take: async (it) => (it.actor.send({ type: "CHECK_NOW" }), await settle()) },
    { name: "a stranger", take: async (it) => (it.actor.send({ type: "CHECKED", id: "c", outcome: outcome("fail") }), await settle()) },
  ];
  assert.deepEqual(await untakenTransitions(healthMachine, () => new HealthModel(), steps, 4), []);
});

Deno.test("the state of health is always what its checks come to", async () => {
  const model = new HealthModel();
  const tell = (id: string, status: CheckStatus) => model.actor.send({ type: "CHECKED", id, outcome: outcome(status) });
  const seen: unknown[] = [model.actor.getSnapshot().value];
  for (
    const [id, status] of [["a", "pass"], ["b", "pass"], ["b", "fail"], ["a", "fail"], ["b", "pass"], ["a", "warn"], ["a", "pass"]] as const
  ) {
    tell(id, status);
    seen.push(model.actor.getSnapshot().value);
  }
  assert.deepEqual(seen, ["starting", "starting", "healthy", "degraded", "unhealthy", "unhealthy", "degraded", "healthy"]);
  await model.end();
});
