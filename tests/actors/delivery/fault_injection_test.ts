/**
 * The delivery's actor under its supervisor, made to crash in each place of its chart.
 *
 * @module
 */

import { createActor } from "xstate";
import { DELIVERY_ID } from "../../../actors/delivery/delivery.ts";
import { PAUSE_MS, PRUNE_EVERY_MS } from "../../../actors/delivery/limits.ts";
import { deliveryMachine } from "../../../actors/delivery/machine.ts";
import type { DeliveryPorts } from "../../../actors/delivery/ports.ts";
import { AppError } from "../../../base/errors.ts";
import { type FaultRig, injectFaults } from "../../support/fault_injection.ts";
import { settle, VirtualClock } from "../../support/virtual_clock.ts";

type Answer = PromiseWithResolvers<{ readonly more: boolean }>;

/** The chart on ports that wait to be answered. */
interface Rig extends FaultRig {
  readonly clock: VirtualClock;
  delivery: Answer;
  pruning: Answer;
}

function rig(): Rig {
  const clock = new VirtualClock();
  const underWay = new Set<AbortSignal>();
  const ports: DeliveryPorts = {
    deliver: (signal) => {
      underWay.add(signal);
      signal.addEventListener("abort", () => underWay.delete(signal));
      it.delivery = Promise.withResolvers();
      return it.delivery.promise.finally(() => underWay.delete(signal));
    },
    prune: () => (it.pruning = Promise.withResolvers()).promise,
    isPassing: (error) => error instanceof AppError && error.retryable,
    failed: () => {},
    report: () => {},
    random: () => 0.5,
  };
  const it: Rig = {
    clock,
    delivery: Promise.withResolvers(),
    pruning: Promise.withResolvers(),
    spec: { id: DELIVERY_ID, restart: "permanent", create: () => createActor(deliveryMachine, { clock, input: { ports } }) },
    open: () => ({ batches: underWay.size }),
  };
  return it;
}

const delivering = ({ clock }: Rig) => clock.advance(PAUSE_MS);
const ends = async (it: Rig, settleIt: (answer: Answer) => void) => {
  await delivering(it);
  settleIt(it.delivery);
  await settle();
};
const fails = (retryable: boolean) => (it: Rig) =>
  ends(it, (delivery) => delivery.reject(new AppError("It failed", { code: "test", retryable })));
const pruning = async (it: Rig) => {
  await fails(false)(it);
  await it.clock.advance(PRUNE_EVERY_MS);
};

injectFaults<Rig>({
  name: "the delivery",
  make: rig,
  flagged: true,
  ways: {
    gathering: () => {},
    delivering,
    idle: (it) => ends(it, (delivery) => delivery.resolve({ more: false })),
    backoff: fails(true),
    blocked: fails(false),
    drained: (_, actor) => {
      actor.send({ type: "DRAIN" });
      actor.send({ type: "DRAIN_DEADLINE" });
    },
    pruning,
    yielding: async (it) => {
      await pruning(it);
      it.pruning.resolve({ more: true });
      await settle();
    },
  },
});
