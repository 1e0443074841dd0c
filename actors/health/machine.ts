/**
 * The state chart of health: what all checks come to.
 *
 * @module
 */

import { assign, enqueueActions, setup } from "xstate";
import { overall, type OverallStatus } from "../../services/health/report.ts";
import { settled } from "../../services/health/settled.ts";
import { checkMachine } from "./check_machine.ts";
import type { HealthContext, HealthEvent, HealthInput } from "./events.ts";

const childOf = (id: string) => `check.${id}`;

const isComplete = ({ checks, settled }: HealthContext) => checks.every(({ id }) => settled[id] !== undefined);

const statusOf = (context: HealthContext) => overall(Object.values(context.settled));

const healthSetup = setup({
  types: {} as { context: HealthContext; events: HealthEvent; input: HealthInput },
  actors: { check: checkMachine },
  guards: {
    isHealthy: ({ context }) => isComplete(context) && statusOf(context) === "healthy",
    isDegraded: ({ context }) => isComplete(context) && statusOf(context) === "degraded",
    // One that is missed is enough, however many have not answered yet.
    isUnhealthy: ({ context }) => statusOf(context) === "unhealthy",
  },
  actions: {
    startChecks: enqueueActions(({ context: { checks, ports, tuning }, enqueue, self }) => {
      for (const check of checks) {
        enqueue.spawnChild("check", { id: childOf(check.id), input: { check, ports, tuning, tell: (event) => self.send(event) } });
      }
    }),
    note: assign(({ context, event }) => {
      if (event.type !== "CHECKED") return {};
      const check = context.checks.find(({ id }) => id === event.id);
      if (check === undefined) return {};
      const next = settled(check, context.settled[check.id], event.outcome, context.tuning);
      return { settled: { ...context.settled, [check.id]: next } };
    }),
    hurry: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== "CHECK_NOW") return;
      for (const { id } of context.checks) {
        if (event.id === undefined || event.id === id) enqueue.sendTo(childOf(id), { type: "CHECK_NOW" });
      }
    }),
    changed: ({ context }, { status }: { readonly status: OverallStatus }) => context.ports.changed(status, Object.values(context.settled)),
  },
});

const entered = (status: OverallStatus) => ({ type: "changed", params: { status } }) as const;

/** The health machine. Input: {@link HealthInput}; events: {@link HealthEvent}. It never ends. */
export const healthMachine = healthSetup.createMachine({
  id: "health",
  context: ({ input }) => ({ ...input, settled: {} }),
  entry: "startChecks",
  on: {
    CHECKED: { actions: "note" },
    CHECK_NOW: { actions: "hurry" },
  },
  initial: "starting",
  states: {
    starting: {
      description: "Not every check has answered yet",
      always: [
        { guard: "isUnhealthy", target: "unhealthy" },
        { guard: "isDegraded", target: "degraded" },
        { guard: "isHealthy", target: "healthy" },
      ],
    },
    healthy: {
      description: "All is well",
      entry: entered("healthy"),
      always: [{ guard: "isUnhealthy", target: "unhealthy" }, { guard: "isDegraded", target: "degraded" }],
    },
    degraded: {
      description: "It serves, without something or near a limit",
      entry: entered("degraded"),
      always: [{ guard: "isUnhealthy", target: "unhealthy" }, { guard: "isHealthy", target: "healthy" }],
    },
    unhealthy: {
      description: "Something is missing without which it does not serve",
      entry: entered("unhealthy"),
      always: [{ guard: "isDegraded", target: "degraded" }, { guard: "isHealthy", target: "healthy" }],
    },
  },
});
