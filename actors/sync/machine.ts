/**
 * The state chart of the sync daemon on one node: one node leads and reads the sources, the others follow and are ready to.
 *
 * @module
 */

import { assign, enqueueActions, fromCallback, fromPromise, setup } from "xstate";
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { HeldLease } from "../../services/lease/held.ts";
import type { StepResult } from "../../services/sync/reader.ts";
import { backoffOf, firstRhythm, type Rhythm, type RhythmTuning } from "../../services/sync/rhythm.ts";
import type { SourceEvent } from "./events.ts";
import { leaseMachine } from "./lease_machine.ts";
import { ASKS_PER_LEASE, MIN_PAUSE_MS, RENEWALS_PER_LEASE } from "./limits.ts";
import { sourceMachine } from "./source_machine.ts";

/** A lease of the daemon. */
export type SyncLease = Pick<HeldLease, "token" | "leftMs" | "valid" | "renew">;

/** What the daemon does outside of its chart. */
export interface SyncPorts {
  /** Tries to become the leader; undefined while another node is. */
  lead(signal: AbortSignal): Promise<SyncLease | undefined>;
  /** Gives the lease back; does not throw. */
  release(lease: SyncLease): void;
  /** Reads a page of a source and applies it. */
  step(source: string, lease: SyncLease, signal: AbortSignal): Promise<StepResult>;
  /** Hears what sources do. Must not throw. */
  report(event: SourceEvent): void;
  /** Hears why this node could not ask for the lease. Must not throw. */
  reportLease(error: unknown): void;
}

/** What the daemon's machine works with. */
export interface SyncInput {
  readonly ports: SyncPorts;
  readonly clock: Clock;
  readonly random: Random;
  /** Names of the sources, at least one. */
  readonly sources: readonly string[];
  readonly tuning: RhythmTuning & {
    /** Life of the leader's lease, milliseconds. */
    readonly leaseMs: number;
  };
}

/** A source, as the leader knows it. It is kept while the node follows, so that a back-off goes on. */
export interface SourceState {
  readonly rhythm: Rhythm;
  /** When it is read next, on the monotonic clock. */
  readonly dueAt: number;
  /** Whether there is more to be read at once. */
  readonly draining: boolean;
}

interface SyncContext {
  readonly input: SyncInput;
  readonly lease: SyncLease | undefined;
  /** Errors of the lease's keeper since its last answer. */
  readonly failures: number;
  readonly sources: Readonly<Record<string, SourceState>>;
}

/** Events of the daemon. */
export type SyncEvent = SourceEvent | {
  /** There is news at the source of this name, or at all: the leader reads now. */
  readonly type: "WAKE";
  readonly name?: string;
};

const lead = fromPromise<SyncLease | undefined, { ports: SyncPorts }>(({ input, signal }) => input.ports.lead(signal));

/** Gives the lease back however the leadership ends, even by a stop or a crash: exit actions would not run then. */
const holdLease = fromCallback<SyncEvent, { ports: SyncPorts; lease: SyncLease }>(({ input: { ports, lease } }) => () => {
  ports.release(lease);
});

const idOf = (name: string) => `source.${name}`;

const syncSetup = setup({
  types: {} as { context: SyncContext; events: SyncEvent; input: SyncInput },
  actors: { lead, holdLease, keepLease: leaseMachine, source: sourceMachine },
  delays: {
    askAgain: ({ context }) => context.input.tuning.leaseMs / ASKS_PER_LEASE,
    askLimit: ({ context }) => context.input.tuning.leaseMs / RENEWALS_PER_LEASE,
    pause: ({ context }) => {
      const { clock, tuning, random } = context.input;
      if (context.failures > 0) return Math.max(MIN_PAUSE_MS, backoffOf(context.failures, tuning, random));
      const due = Math.min(...Object.values(context.sources).map(({ dueAt }) => dueAt));
      return Math.max(MIN_PAUSE_MS, due - clock.now());
    },
  },
  guards: {
    isLeader: (_, { lease }: { lease: SyncLease | undefined }) => lease !== undefined,
    anyDrains: ({ context }) => Object.values(context.sources).some(({ draining }) => draining),
    noneDrains: ({ context }) => !Object.values(context.sources).some(({ draining }) => draining),
    allFail: ({ context, event }) =>
      event.type === "SOURCE_FAILED" &&
      Object.entries(context.sources).every(([name, { rhythm }]) => name === event.name || rhythm.failures > 0),
  },
  actions: {
    noteLease: assign({ lease: (_, { lease }: { lease: SyncLease | undefined }) => lease, failures: 0 }),
    noteNoLease: assign({ failures: 0 }),
    noteLeaseError: assign({ failures: ({ context }) => context.failures + 1 }),
    reportLease: ({ context }, { error }: { error: unknown }) => context.input.ports.reportLease(error),
    noteSource: assign(({ context, event }) => {
      if (event.type !== "SOURCE_READ" && event.type !== "SOURCE_FAILED") return {};
      const dueAt = context.input.clock.now() + event.dueInMs;
      const draining = event.type === "SOURCE_READ" && event.result.more;
      return { sources: { ...context.sources, [event.name]: { rhythm: event.rhythm, dueAt, draining } } };
    }),
    report: ({ context, event }) => {
      if (event.type !== "WAKE") context.input.ports.report(event);
    },
    startSources: enqueueActions(({ context, enqueue, self }) => {
      const { input, lease } = context;
      if (lease === undefined) return;
      const { ports, clock, random, tuning } = input;
      for (const [name, { rhythm, dueAt }] of Object.entries(context.sources)) {
        enqueue.spawnChild("source", {
          id: idOf(name),
          input: {
            name,
            clock,
            random,
            tuning,
            rhythm,
            dueInMs: Math.max(0, dueAt - clock.now()),
            step: (signal) => ports.step(name, lease, signal),
            notify: (event) => self.send(event),
          },
        });
      }
    }),
    stopSources: enqueueActions(({ context, enqueue }) => {
      for (const name of Object.keys(context.sources)) enqueue.stopChild(idOf(name));
    }),
    forgetDraining: assign({
      lease: undefined,
      sources: ({ context }) =>
        Object.fromEntries(Object.entries(context.sources).map(([name, state]) => [name, { ...state, draining: false }])),
    }),
    wakeSources: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== "WAKE") return;
      for (const name of Object.keys(context.sources)) {
        if (event.name === undefined || event.name === name) enqueue.sendTo(idOf(name), { type: "WAKE" });
      }
    }),
  },
});

/** The daemon's machine. Input: {@link SyncInput}. It never ends. */
export const syncMachine = syncSetup.createMachine({
  id: "sync",
  context: ({ input }) => ({
    input,
    lease: undefined,
    failures: 0,
    sources: Object.fromEntries(
      input.sources.map((name) => [name, { rhythm: firstRhythm(input.tuning), dueAt: input.clock.now(), draining: false }]),
    ),
  }),
  initial: "follower",
  states: {
    follower: {
      description: "Another node leads, or nobody does yet",
      initial: "asking",
      states: {
        asking: {
          description: "The lease is asked for",
          after: {
            askLimit: { target: "#sync.backoff", actions: "noteLeaseError" },
          },
          invoke: {
            src: "lead",
            input: ({ context }) => ({ ports: context.input.ports }),
            onDone: [
              {
                guard: { type: "isLeader", params: ({ event }) => ({ lease: event.output }) },
                target: "#sync.leader",
                actions: { type: "noteLease", params: ({ event }) => ({ lease: event.output }) },
              },
              { target: "waiting", actions: "noteNoLease" },
            ],
            onError: {
              target: "#sync.backoff",
              actions: ["noteLeaseError", { type: "reportLease", params: ({ event }) => ({ error: event.error }) }],
            },
          },
        },
        waiting: {
          description: "Another node leads",
          after: { askAgain: "asking" },
        },
      },
    },
    leader: {
      description: "This node reads the sources",
      entry: "startSources",
      exit: ["stopSources", "forgetDraining"],
      invoke: [
        {
          src: "holdLease",
          input: ({ context }) => ({ ports: context.input.ports, lease: context.lease! }),
          onError: { target: "follower" },
        },
        {
          src: "keepLease",
          input: ({ context }) => ({ lease: context.lease!, ttlMs: context.input.tuning.leaseMs }),
          onDone: { target: "follower" },
          onError: { target: "follower" },
        },
      ],
      on: {
        SOURCE_READ: { actions: ["noteSource", "report"] },
        SOURCE_FAILED: [
          { guard: "allFail", target: "backoff", actions: ["noteSource", "report"] },
          { actions: ["noteSource", "report"] },
        ],
        SOURCE_FENCED: { target: "follower.waiting", actions: "report" },
        WAKE: { actions: "wakeSources" },
      },
      initial: "polling",
      states: {
        polling: {
          description: "Each source is read when its time comes",
          always: { guard: "anyDrains", target: "draining" },
        },
        draining: {
          description: "At least one source has more, and is read page after page",
          always: { guard: "noneDrains", target: "polling" },
        },
      },
    },
    backoff: {
      description: "No source can be read, or the lease cannot be asked for: this node lets others try, and tries again later",
      after: { pause: "follower" },
    },
  },
});
