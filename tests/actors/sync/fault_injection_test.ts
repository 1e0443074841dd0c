/**
 * The sync's actor under its supervisor, made to crash in each place of its chart, with a lease and sources that it must let go.
 *
 * @module
 */

import { createActor } from "xstate";
import { type SyncLease, syncMachine } from "../../../actors/sync/machine.ts";
import type { StepResult } from "../../../services/sync/reader.ts";
import { STEADY, TUNING } from "../../services/sync/support.ts";
import { type FaultRig, injectFaults } from "../../support/fault_injection.ts";
import { settle, VirtualClock } from "../../support/virtual_clock.ts";

/** The chart on ports that wait to be answered. */
interface Rig extends FaultRig {
  readonly clock: VirtualClock;
  asked: PromiseWithResolvers<SyncLease | undefined>;
  step: PromiseWithResolvers<StepResult>;
  /** Leases that were granted and not given back. */
  held: number;
}

function rig(): Rig {
  const clock = new VirtualClock();
  const reading = new Set<AbortSignal>();
  const ports = {
    lead: () => (it.asked = Promise.withResolvers()).promise,
    release: () => void it.held--,
    step: (_source: string, _lease: SyncLease, signal: AbortSignal) => {
      reading.add(signal);
      signal.addEventListener("abort", () => reading.delete(signal));
      it.step = Promise.withResolvers();
      return it.step.promise.finally(() => reading.delete(signal));
    },
    report: () => {},
    reportLease: () => {},
  };
  const input = { clock, random: STEADY, sources: ["a"], tuning: TUNING, ports };
  const it: Rig = {
    clock,
    asked: Promise.withResolvers(),
    step: Promise.withResolvers(),
    held: 0,
    spec: { id: "sync", restart: "permanent", create: () => createActor(syncMachine, { clock, input }) },
    open: () => ({ leases: it.held, readings: reading.size }),
  };
  return it;
}

const polling = async (it: Rig) => {
  const until = it.clock.now() + TUNING.leaseMs;
  const leftMs = () => Math.max(0, until - it.clock.now());
  it.held++;
  it.asked.resolve({
    token: 1,
    get leftMs() {
      return leftMs();
    },
    valid: () => leftMs() > 0,
    renew: () => Promise.resolve(true),
  });
  await settle();
};

injectFaults<Rig>({
  name: "the sync",
  make: rig,
  flagged: true,
  ways: {
    asking: () => {},
    waiting: async ({ asked }) => {
      asked.resolve(undefined);
      await settle();
    },
    backoff: async ({ asked }) => {
      asked.reject(new Error("The keeper is away"));
      await settle();
    },
    polling,
    draining: async (it) => {
      await polling(it);
      await it.clock.advance(0);
      it.step.resolve({ kind: "read", added: 1, updated: 0, skipped: 0, more: true });
      await settle();
    },
  },
});
