/**
 * The state chart of one check: asked again and again, never twice at once.
 *
 * @module
 */

import { assign, fromPromise, setup } from "xstate";
import type { Outcome } from "../../services/health/settled.ts";
import type { CheckInfo, HealthEvent, HealthPorts, HealthTuning } from "./events.ts";
import { FIRST_SPREAD_MS, JITTER } from "./limits.ts";

/** What a check is started with. */
export interface CheckInput {
  readonly check: CheckInfo;
  readonly ports: HealthPorts;
  readonly tuning: HealthTuning;
  /** Tells the health actor. */
  readonly tell: (event: HealthEvent) => void;
}

interface CheckContext extends CheckInput {
  /** Whether it was ever asked. */
  readonly asked: boolean;
}

const ask = fromPromise<Outcome, Pick<CheckInput, "check" | "ports">>(({ input: { check, ports }, signal }) => ports.ask(check.id, signal));

const checkSetup = setup({
  types: {} as { context: CheckContext; events: { readonly type: "CHECK_NOW" }; input: CheckInput },
  actors: { ask },
  delays: {
    pause: ({ context: { asked, check, tuning, ports } }) => {
      if (!asked) return FIRST_SPREAD_MS * ports.random();
      return (check.intervalMs ?? tuning.intervalMs) * (1 + JITTER * (ports.random() * 2 - 1));
    },
    limit: ({ context }) => context.tuning.timeoutMs,
  },
  actions: {
    noteAsked: assign({ asked: true }),
    tell: ({ context: { check, tell } }, { outcome }: { readonly outcome: Outcome }) => tell({ type: "CHECKED", id: check.id, outcome }),
    tellLate: ({ context: { check, ports, tell } }) => tell({ type: "CHECKED", id: check.id, outcome: ports.late(check.id) }),
    tellFailed: ({ context: { check, ports, tell } }, { error }: { readonly error: unknown }) =>
      tell({ type: "CHECKED", id: check.id, outcome: { ...ports.late(check.id), error } }),
  },
});

/** The machine of a check. Input: {@link CheckInput}. */
export const checkMachine = checkSetup.createMachine({
  id: "check",
  context: ({ input }) => ({ ...input, asked: false }),
  initial: "waiting",
  states: {
    waiting: {
      description: "Its time has not come",
      after: { pause: "asking" },
      on: { CHECK_NOW: "asking" },
    },
    asking: {
      description: "The answer is awaited; whoever wants to know meanwhile gets the one before",
      entry: "noteAsked",
      after: { limit: { target: "waiting", actions: "tellLate" } },
      invoke: {
        src: "ask",
        input: ({ context: { check, ports } }) => ({ check, ports }),
        onDone: { target: "waiting", actions: { type: "tell", params: ({ event }) => ({ outcome: event.output }) } },
        onError: { target: "waiting", actions: { type: "tellFailed", params: ({ event }) => ({ error: event.error }) } },
      },
    },
  },
});
