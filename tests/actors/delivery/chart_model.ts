/**
 * The delivery chart alone, on ports that do what a path of steps says.
 *
 * @module
 */

import { type Actor, type AnyTransitionDefinition, createActor } from "xstate";
import { deliveryMachine } from "../../../actors/delivery/machine.ts";
import { BLOCKED_MS, DELIVERING_LIMIT_MS, PAUSE_MS, POLL_MS, PRUNE_EVERY_MS } from "../../../actors/delivery/limits.ts";
import type { DeliveryPorts } from "../../../actors/delivery/ports.ts";
import { AppError } from "../../../base/errors.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

type Answer = PromiseWithResolvers<{ readonly more: boolean }>;

/** The chart on ports that wait to be told what happens. */
export class DeliveryModel {
  readonly clock = new VirtualClock();
  readonly actor: Actor<typeof deliveryMachine>;
  readonly taken: AnyTransitionDefinition[] = [];
  /** Failures that the chart took note of. */
  readonly failures: unknown[] = [];
  /** Signals of deliveries that are under way; more than one would be a fault. */
  readonly underWay = new Set<AbortSignal>();
  /** Batches that were begun. */
  deliveries = 0;
  crash: unknown;
  #delivery: Answer | undefined;
  #pruning: Answer | undefined;

  constructor() {
    this.actor = createActor(deliveryMachine, {
      clock: this.clock,
      input: { ports: this.#ports() },
      inspect: (event) => {
        if (event.type === "@xstate.microstep" && event.actorRef === this.actor) this.taken.push(...event._transitions);
      },
    });
    this.actor.subscribe({ error: (error) => this.crash = error });
    this.actor.start();
  }

  /** Where the chart is, with what decides where it goes from there. */
  get place(): string {
    const { value, context: { nudged, draining, failures } } = this.actor.getSnapshot();
    return JSON.stringify([value, nudged, draining, Math.min(failures, 2)]);
  }

  /** The batch under way ends. */
  async endDelivery(how: "more" | "done" | "passing" | "refused"): Promise<void> {
    const answer = this.#delivery;
    this.#delivery = undefined;
    if (how === "more" || how === "done") answer?.resolve({ more: how === "more" });
    else answer?.reject(new AppError("It failed", { code: "test", retryable: how === "passing" }));
    await this.clock.advance(0);
  }

  /** The deletion under way ends. */
  async endPruning(how: "more" | "done" | "failed"): Promise<void> {
    const answer = this.#pruning;
    this.#pruning = undefined;
    if (how === "failed") answer?.reject(new AppError("It failed", { code: "test" }));
    else answer?.resolve({ more: how === "more" });
    await this.clock.advance(0);
  }

  #ports(): DeliveryPorts {
    return {
      deliver: (signal) => {
        this.deliveries++;
        this.underWay.add(signal);
        signal.addEventListener("abort", () => this.underWay.delete(signal));
        const answer: Answer = Promise.withResolvers();
        this.#delivery = answer;
        return answer.promise.finally(() => this.underWay.delete(signal));
      },
      prune: () => {
        const answer: Answer = Promise.withResolvers();
        this.#pruning = answer;
        return answer.promise;
      },
      isPassing: (error) => error instanceof AppError && error.retryable,
      failed: (error) => void this.failures.push(error),
      report: (_, error) => void this.failures.push(error),
      random: () => 0.5,
    };
  }
}

/** A thing that can happen to the chart. */
export interface Step {
  readonly name: string;
  take(model: DeliveryModel): void | Promise<void>;
}

/** Everything that can happen. */
export const STEPS: readonly Step[] = [
  { name: "a turn is committed", take: ({ actor }) => actor.send({ type: "TURN_COMMITTED" }) },
  { name: "the archive is back", take: ({ actor }) => actor.send({ type: "ARCHIVE_REACHABLE" }) },
  { name: "the process ends", take: ({ actor }) => actor.send({ type: "DRAIN" }) },
  { name: "the time for that is over", take: ({ actor }) => actor.send({ type: "DRAIN_DEADLINE" }) },
  { name: "a batch is taken, more waits", take: (model) => model.endDelivery("more") },
  { name: "a batch is taken, none waits", take: (model) => model.endDelivery("done") },
  { name: "the archive is away", take: (model) => model.endDelivery("passing") },
  { name: "the archive refuses", take: (model) => model.endDelivery("refused") },
  { name: "rows are deleted, more are left", take: (model) => model.endPruning("more") },
  { name: "rows are deleted, none is left", take: (model) => model.endPruning("done") },
  { name: "rows cannot be deleted", take: (model) => model.endPruning("failed") },
  { name: "a moment passes", take: ({ clock }) => clock.advance(PAUSE_MS) },
  { name: "half a minute passes", take: ({ clock }) => clock.advance(30_000) },
  { name: "a minute passes", take: ({ clock }) => clock.advance(Math.max(POLL_MS, DELIVERING_LIMIT_MS)) },
  { name: "much time passes", take: ({ clock }) => clock.advance(Math.max(BLOCKED_MS, PRUNE_EVERY_MS)) },
];
