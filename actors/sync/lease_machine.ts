/**
 * The state chart of a lease that is held: renewed in time, or lost.
 *
 * @module
 */

import { assign, fromPromise, setup } from "xstate";
import type { HeldLease } from "../../services/lease/held.ts";
import { MIN_PAUSE_MS, RENEWALS_PER_LEASE, RETRIES_PER_RENEWAL } from "./limits.ts";

/** What a lease machine works with. */
export interface LeaseInput {
  readonly lease: Pick<HeldLease, "leftMs" | "renew">;
  /** Life of the lease, milliseconds. */
  readonly ttlMs: number;
}

interface LeaseContext extends LeaseInput {
  /** Why the last renewal failed. */
  readonly error?: unknown;
}

const renew = fromPromise<boolean, { lease: LeaseInput["lease"] }>(({ input }) => input.lease.renew());

const leaseSetup = setup({
  types: {} as { context: LeaseContext; input: LeaseInput },
  actors: { renew },
  delays: {
    renewal: ({ context }) => context.ttlMs / RENEWALS_PER_LEASE,
    retry: ({ context }) => Math.max(MIN_PAUSE_MS, context.ttlMs / RENEWALS_PER_LEASE / RETRIES_PER_RENEWAL),
    end: ({ context }) => context.lease.leftMs,
  },
  guards: { isRenewed: (_, { renewed }: { renewed: boolean }) => renewed },
  actions: { noteError: assign({ error: (_, { error }: { error: unknown }) => error }) },
});

/** The machine of a held lease. Input: {@link LeaseInput}. It ends when the lease is lost. */
export const leaseMachine = leaseSetup.createMachine({
  id: "lease",
  context: ({ input }) => input,
  initial: "held",
  states: {
    held: {
      description: "Nobody else has it",
      after: { renewal: "renewing", end: "lost" },
    },
    renewing: {
      description: "Its keeper is asked to prolong it",
      after: { end: "lost" },
      invoke: {
        src: "renew",
        input: ({ context }) => ({ lease: context.lease }),
        onDone: [
          { guard: { type: "isRenewed", params: ({ event }) => ({ renewed: event.output }) }, target: "held" },
          { target: "lost" },
        ],
        onError: { target: "retrying", actions: { type: "noteError", params: ({ event }) => ({ error: event.error }) } },
      },
    },
    retrying: {
      description: "Its keeper could not be reached; the lease goes on until its end",
      after: { retry: "renewing", end: "lost" },
    },
    lost: { type: "final", description: "It ran out, or somebody else has it" },
  },
});
