/**
 * The words that the delivery chart is written in: its guards, actions, delays and invoked actors.
 *
 * @module
 */

import { assign, setup } from "xstate";
import { AppError } from "../../base/errors.ts";
import type { DeliveryActorEvent } from "./events.ts";
import { backoffMs, BLOCKED_MS, DELIVERING_LIMIT_MS, PAUSE_MS, POLL_MS, PRUNE_EVERY_MS, PRUNING_LIMIT_MS } from "./limits.ts";
import { deliver, prune } from "./logic.ts";
import type { DeliveryPorts } from "./ports.ts";

/** What the delivery actor is made with. */
export interface DeliveryInput {
  readonly ports: DeliveryPorts;
}

/** What the delivery actor remembers. */
export interface DeliveryContext extends DeliveryInput {
  /** Failures in a row. */
  readonly failures: number;
  /** Pause before the next attempt, milliseconds. */
  readonly waitMs: number;
  /** Whether something was committed while a batch was under way, too late to be in it. */
  readonly nudged: boolean;
  /** Whether the process is about to end. */
  readonly draining: boolean;
}

/** What an invoked actor answered. */
function answer(event: unknown): { readonly more: boolean } {
  return (event as { readonly output: { readonly more: boolean } }).output;
}

function errorOf(event: unknown): unknown {
  return (event as { readonly error?: unknown }).error;
}

/** The set-up of the delivery machine. */
export const deliverySetup = setup({
  types: {} as { context: DeliveryContext; events: DeliveryActorEvent; input: DeliveryInput },
  actors: { deliver, prune },
  delays: {
    pause: PAUSE_MS,
    poll: POLL_MS,
    deliveringLimit: DELIVERING_LIMIT_MS,
    backoff: ({ context }) => context.waitMs,
    blockedRetry: BLOCKED_MS,
    pruneEvery: PRUNE_EVERY_MS,
    pruningLimit: PRUNING_LIMIT_MS,
  },
  guards: {
    isDraining: ({ context }) => context.draining,
    mayBeMore: ({ context, event }) => context.nudged || answer(event).more,
    mayPruneMore: ({ event }) => answer(event).more,
    mayPass: ({ context, event }) => context.ports.isPassing(errorOf(event)),
  },
  actions: {
    noteNudge: assign({ nudged: true }),
    forgetNudge: assign({ nudged: false }),
    noteDraining: assign({ draining: true }),
    forgetFailures: assign({ failures: 0 }),
    noteSuccess: assign({ failures: 0 }),
    noteFailure: assign(({ context: { ports, failures } }) => ({ failures: failures + 1, waitMs: backoffMs(failures, ports.random()) })),
    reportFailure: ({ context, event }) => context.ports.failed(errorOf(event)),
    reportHang: ({ context }) => context.ports.failed(hang()),
    reportPruning: ({ context, event }) => context.ports.report("Old turns could not be deleted", errorOf(event)),
    reportPruningHang: ({ context }) => context.ports.report("Old turns could not be deleted", hang()),
  },
});

function hang(): AppError {
  return new AppError(`The database did not answer in time`, { code: "delivery_timeout", retryable: true });
}
