/**
 * The state chart of the delivery: from the local outbox to the archive, and out of the local history what was delivered and is old.
 *
 * @module
 */

import { deliverySetup } from "./vocabulary.ts";

/** The delivery machine. Input: {@link DeliveryInput}; events: {@link DeliveryActorEvent}. */
export const deliveryMachine = deliverySetup.createMachine({
  id: "delivery",
  type: "parallel",
  context: ({ input }) => ({ ...input, failures: 0, waitMs: 0, nudged: false, draining: false }),
  states: {
    outbox: {
      description: "What waits is delivered, in the order in which it was committed",
      initial: "gathering",
      on: { DRAIN_DEADLINE: { guard: "isDraining", target: ".drained" } },
      states: {
        idle: {
          description: "Nothing waits, as far as anybody has told",
          after: { poll: "delivering" },
          on: {
            TURN_COMMITTED: "gathering",
            ARCHIVE_REACHABLE: "gathering",
            DRAIN: { target: "delivering", actions: "noteDraining" },
          },
        },
        gathering: {
          description: "A moment for others, in which more may come together",
          after: { pause: "delivering" },
          on: { DRAIN: { target: "delivering", actions: "noteDraining" } },
        },
        delivering: {
          description: "A batch is being applied by the archive",
          entry: "forgetNudge",
          after: { deliveringLimit: { target: "backoff", actions: ["noteFailure", "reportHang"] } },
          invoke: {
            src: "deliver",
            input: ({ context }) => ({ ports: context.ports }),
            onDone: [
              { guard: "mayBeMore", target: "gathering", actions: "noteSuccess" },
              { guard: "isDraining", target: "drained", actions: "noteSuccess" },
              { target: "idle", actions: "noteSuccess" },
            ],
            onError: [
              { guard: "mayPass", target: "backoff", actions: ["noteFailure", "reportFailure"] },
              { guard: "isDraining", target: "drained", actions: "reportFailure" },
              { target: "blocked", actions: "reportFailure" },
            ],
          },
          on: {
            TURN_COMMITTED: { actions: "noteNudge" },
            // A batch that was begun before may still fail: then the pause is a first one.
            ARCHIVE_REACHABLE: { actions: "forgetFailures" },
            DRAIN: { actions: "noteDraining" },
          },
        },
        backoff: {
          description: "The archive cannot be reached; the next attempt has its time",
          after: { backoff: "delivering" },
          on: {
            ARCHIVE_REACHABLE: { target: "gathering", actions: "forgetFailures" },
            DRAIN: { target: "delivering", actions: "noteDraining" },
          },
        },
        blocked: {
          description: "The archive refuses everything: somebody has to look at it",
          after: { blockedRetry: "delivering" },
          on: { DRAIN: { target: "delivering", actions: "noteDraining" } },
        },
        drained: {
          description: "The process ends: what is not delivered by now is delivered after the next start",
        },
      },
    },
    upkeep: {
      description: "What was delivered and is old leaves the local history",
      initial: "resting",
      on: { DRAIN: ".over" },
      states: {
        resting: {
          description: "Nothing old is left, as far as known",
          after: { pruneEvery: "pruning" },
        },
        pruning: {
          description: "A few turns are being deleted",
          after: { pruningLimit: { target: "resting", actions: "reportPruningHang" } },
          invoke: {
            src: "prune",
            input: ({ context }) => ({ ports: context.ports }),
            onDone: [{ guard: "mayPruneMore", target: "yielding" }, { target: "resting" }],
            onError: { target: "resting", actions: "reportPruning" },
          },
        },
        yielding: {
          description: "A moment for others between two deletions",
          after: { pause: "pruning" },
        },
        over: {
          description: "The process ends: nothing is deleted any more",
        },
      },
    },
  },
});
