import assert from "node:assert/strict";
import { type Actor, type AnyStateMachine, createActor } from "xstate";
import type { SourceEvent } from "../../../actors/sync/events.ts";
import { leaseMachine } from "../../../actors/sync/lease_machine.ts";
import { type SyncLease, syncMachine } from "../../../actors/sync/machine.ts";
import { sourceMachine } from "../../../actors/sync/source_machine.ts";
import type { StepResult } from "../../../services/sync/reader.ts";
import { firstRhythm } from "../../../services/sync/rhythm.ts";
import { ActorPathModel, type PathStep, takenBy, untakenTransitions } from "../../support/chart_paths.ts";
import { settle } from "../../support/virtual_clock.ts";

const TUNING = { intervalMs: 30_000, minIntervalMs: 1000, backoffMs: 5000, backoffMaxMs: 300_000, leaseMs: 15_000 };
const random = { next: () => 0.5, bytes: () => new Uint8Array(), uuid: () => "" };
const read = (more: boolean, added = 0): StepResult => ({ kind: "read", added, updated: 0, skipped: 0, more });

const wait = <M extends ActorPathModel>(ms: number): PathStep<M> => ({ name: `${ms} ms`, take: (model) => model.clock.advance(ms) });

class SourceModel extends ActorPathModel {
  #step: PromiseWithResolvers<StepResult> | undefined;
  readonly events: SourceEvent[] = [];
  readonly actor: Actor<typeof sourceMachine> = createActor(sourceMachine, {
    clock: this.clock,
    input: {
      name: "a",
      clock: this.clock,
      random,
      tuning: TUNING,
      rhythm: firstRhythm(TUNING),
      dueInMs: 1000,
      step: () => (this.#step = Promise.withResolvers()).promise,
      notify: (event) => void this.events.push(event),
    },
    inspect: takenBy(this.taken, (ref) => ref === this.actor),
  });

  constructor() {
    super();
    this.start();
  }

  async settleStep(settle_: (step: PromiseWithResolvers<StepResult>) => void): Promise<void> {
    if (this.#step !== undefined) settle_(this.#step);
    await settle();
  }

  protected override more(): unknown {
    return this.actor.getSnapshot().context.woken;
  }
}

Deno.test("every transition of a source's chart is taken by some path, and none leaves a timer or an error", async () => {
  const steps: PathStep<SourceModel>[] = [
    wait(1000),
    wait(400_000),
    { name: "wake", take: (model) => Promise.resolve(model.actor.send({ type: "WAKE" })) },
    { name: "read", take: (model) => model.settleStep((step) => step.resolve(read(false))) },
    { name: "more", take: (model) => model.settleStep((step) => step.resolve(read(true))) },
    { name: "fenced", take: (model) => model.settleStep((step) => step.resolve({ kind: "fenced" })) },
    { name: "fails", take: (model) => model.settleStep((step) => step.reject(new Error("no"))) },
  ];
  assert.deepEqual(await untakenTransitions(sourceMachine as unknown as AnyStateMachine, () => new SourceModel(), steps, 5), []);
});

function leaseOf(leftMs: () => number, renew: () => Promise<boolean>): SyncLease {
  return {
    token: 1,
    get leftMs() {
      return Math.max(0, leftMs());
    },
    valid: () => leftMs() > 0,
    renew,
  };
}

class LeaseModel extends ActorPathModel {
  #renewal: PromiseWithResolvers<boolean> | undefined;
  #until = 15_000;
  readonly actor: Actor<typeof leaseMachine> = createActor(leaseMachine, {
    clock: this.clock,
    input: {
      ttlMs: 15_000,
      lease: leaseOf(() => this.#until - this.clock.now(), () => (this.#renewal = Promise.withResolvers<boolean>()).promise),
    },
    inspect: takenBy(this.taken, (ref) => ref === this.actor),
  });

  constructor() {
    super();
    this.start();
  }

  async answer(settle_: (renewal: PromiseWithResolvers<boolean>) => void, until = this.#until): Promise<void> {
    if (this.#renewal !== undefined) {
      this.#until = until;
      settle_(this.#renewal);
      this.#renewal = undefined;
    }
    await settle();
  }

  protected override more(): unknown {
    return this.#until - this.clock.now() < 1000;
  }
}

Deno.test("every transition of a lease's chart is taken by some path, and none leaves a timer or an error", async () => {
  const steps: PathStep<LeaseModel>[] = [
    wait(1000),
    wait(5000),
    wait(20_000),
    { name: "ends early", take: (model) => model.answer((renewal) => renewal.resolve(true), model.clock.now() + 500) },
    { name: "renewed", take: (model) => model.answer((renewal) => renewal.resolve(true), model.clock.now() + 15_000) },
    { name: "refused", take: (model) => model.answer((renewal) => renewal.resolve(false)) },
    { name: "unreachable", take: (model) => model.answer((renewal) => renewal.reject(new Error("no"))) },
    {
      name: "unreachable at the end",
      take: (model) => model.answer((renewal) => renewal.reject(new Error("no")), model.clock.now() + 500),
    },
  ];
  assert.deepEqual(await untakenTransitions(leaseMachine as unknown as AnyStateMachine, () => new LeaseModel(), steps, 5), []);
});

class SyncModel extends ActorPathModel {
  #lead: PromiseWithResolvers<SyncLease | undefined> | undefined;
  readonly #steps = new Map<string, PromiseWithResolvers<StepResult>>();
  #released = 0;
  #granted = 0;
  #lasts = false;
  readonly actor: Actor<typeof syncMachine> = createActor(syncMachine, {
    clock: this.clock,
    input: {
      clock: this.clock,
      random,
      sources: ["a", "b"],
      tuning: TUNING,
      ports: {
        lead: () => (this.#lead = Promise.withResolvers()).promise,
        release: () => this.#released++,
        step: (name) => {
          const step = Promise.withResolvers<StepResult>();
          this.#steps.set(name, step);
          return step.promise;
        },
        report: () => {},
        reportLease: () => {},
      },
    },
    inspect: takenBy(this.taken, (ref) => ref === this.actor),
  });

  constructor() {
    super();
    this.start();
  }

  async answer(settle_: (lead: PromiseWithResolvers<SyncLease | undefined>) => void): Promise<void> {
    if (this.#lead !== undefined) settle_(this.#lead);
    await settle();
  }

  grant(lasts: boolean): Promise<void> {
    return this.answer((lead) => {
      this.#lasts = lasts;
      const until = this.clock.now() + TUNING.leaseMs;
      if (this.actor.getSnapshot().matches({ follower: "asking" })) this.#granted++;
      lead.resolve(leaseOf(() => until - this.clock.now(), () => Promise.resolve(lasts)));
      this.#lead = undefined;
    });
  }

  async step(name: string, settle_: (step: PromiseWithResolvers<StepResult>) => void): Promise<void> {
    const step = this.#steps.get(name);
    if (step !== undefined) settle_(step);
    await settle();
  }

  override async end(): Promise<void> {
    await super.end();
    assert.equal(this.#released, this.#granted, "a lease is not given back");
  }

  protected override more(): unknown {
    const { context, children } = this.actor.getSnapshot();
    const sources = Object.values(context.sources).map(({ rhythm, draining }) => [rhythm.failures > 0, draining]);
    return [this.#lasts, sources, Object.values(children).map((child) => (child?.getSnapshot() as { value?: unknown }).value)];
  }
}

/** Transitions that need a part of the machine to throw, which nothing in it does. */
const GUARDS_AGAINST_FAULTS = ["holdLease failed", "keepLease failed"];

Deno.test("every transition of the daemon's chart is taken by some path; every lease is given back, and no timer is left", async () => {
  const steps: PathStep<SyncModel>[] = [
    wait(0),
    wait(8000),
    { name: "granted", take: (model) => model.grant(true) },
    { name: "granted and lost", take: (model) => model.grant(false) },
    { name: "another leads", take: (model) => model.answer((lead) => lead.resolve(undefined)) },
    { name: "keeper fails", take: (model) => model.answer((lead) => lead.reject(new Error("no"))) },
    { name: "wake", take: (model) => Promise.resolve(model.actor.send({ type: "WAKE" })) },
    { name: "a read", take: (model) => model.step("a", (step) => step.resolve(read(false, 1))) },
    { name: "a has more", take: (model) => model.step("a", (step) => step.resolve(read(true))) },
    { name: "a fenced", take: (model) => model.step("a", (step) => step.resolve({ kind: "fenced" })) },
    { name: "a fails", take: (model) => model.step("a", (step) => step.reject(new Error("no"))) },
    { name: "b fails", take: (model) => model.step("b", (step) => step.reject(new Error("no"))) },
  ];
  const untaken = await untakenTransitions(syncMachine as unknown as AnyStateMachine, () => new SyncModel(), steps, 4);
  assert.deepEqual(untaken.filter((each) => !GUARDS_AGAINST_FAULTS.some((fault) => each.includes(fault))), []);
});
