/**
 * The state chart of one source: read page by page while there is more, wait, and keep away for a while after an error. Each source has its
 * own, so that a broken one keeps no other waiting.
 *
 * @module
 */

import { assign, fromPromise, setup } from "xstate";
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { SyncError } from "../../services/sync/errors.ts";
import type { StepResult } from "../../services/sync/reader.ts";
import { afterFailure, afterReading, backoffOf, type Rhythm, type RhythmTuning } from "../../services/sync/rhythm.ts";
import type { SourceCommand, SourceEvent } from "./events.ts";
import { MIN_PAUSE_MS, STEP_LIMIT_MS } from "./limits.ts";

/** What a source machine works with. */
export interface SourceInput {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly tuning: RhythmTuning;
  /** How the source has been so far. */
  readonly rhythm: Rhythm;
  /** Milliseconds until the first reading. */
  readonly dueInMs: number;
  /** Reads a page and applies it. */
  step(signal: AbortSignal): Promise<StepResult>;
  /** Hears what happens. Must not throw. */
  notify(event: SourceEvent): void;
}

interface SourceContext {
  readonly input: SourceInput;
  readonly rhythm: Rhythm;
  readonly pauseMs: number;
  /** When the step under way began, on the monotonic clock. */
  readonly startedAt: number;
  /** What the last step did. */
  readonly result: StepResult | undefined;
  /** Whether news was announced while a step was under way: what it brings may have come too late for the step. */
  readonly woken: boolean;
}

/** Invoked by name; the machine's input says how. */
const step = fromPromise<StepResult, { input: SourceInput }>(({ input: { input }, signal }) => input.step(signal));

const sourceSetup = setup({
  types: {} as { context: SourceContext; events: SourceCommand; input: SourceInput },
  actors: { step },
  delays: { pause: ({ context }) => context.pauseMs, stepLimit: STEP_LIMIT_MS },
  guards: {
    isFenced: ({ context }) => context.result?.kind === "fenced",
    hasMore: ({ context }) => context.result?.kind === "read" && context.result.more,
    wasWoken: ({ context }) => context.woken,
  },
  actions: {
    begin: assign({ startedAt: ({ context }) => context.input.clock.now(), woken: false }),
    rememberWake: assign({ woken: true }),
    noteResult: assign(({ context }, { result }: { result: StepResult }) => {
      const { input } = context;
      const news = result.kind === "read" && (result.added > 0 || result.updated > 0);
      const rhythm = afterReading(context.rhythm, news, input.clock.now(), input.tuning);
      return { result, rhythm, pauseMs: rhythm.intervalMs };
    }),
    noteFailure: assign(({ context }) => {
      const { tuning, random } = context.input;
      const rhythm = afterFailure(context.rhythm);
      return { rhythm, pauseMs: Math.max(MIN_PAUSE_MS, backoffOf(rhythm.failures, tuning, random)) };
    }),
    tellResult: ({ context }) => {
      const { input, rhythm, pauseMs, startedAt, result, woken } = context;
      if (result === undefined) return;
      if (result.kind === "fenced") return input.notify({ type: "SOURCE_FENCED", name: input.name });
      const tookMs = input.clock.now() - startedAt;
      const dueInMs = result.more || woken ? 0 : pauseMs;
      input.notify({ type: "SOURCE_READ", name: input.name, rhythm, dueInMs, result, startedAt, tookMs });
    },
    tellFailure: ({ context }, { error }: { error: unknown }) => {
      const { input, rhythm, pauseMs } = context;
      input.notify({ type: "SOURCE_FAILED", name: input.name, rhythm, dueInMs: pauseMs, error });
    },
  },
});

const timedOut = ({ context }: { context: SourceContext }) => ({
  error: new SyncError(`Reading source '${context.input.name}' took more than ${STEP_LIMIT_MS} ms and was ended`, "sync_timeout"),
});

/** The machine of a source. Input: {@link SourceInput}. It ends when another node is the leader. */
export const sourceMachine = sourceSetup.createMachine({
  id: "sync_source",
  context: ({ input }) => ({ input, rhythm: input.rhythm, pauseMs: input.dueInMs, startedAt: 0, result: undefined, woken: false }),
  initial: "waiting",
  states: {
    waiting: {
      description: "Until it is time to look again",
      after: { pause: "reading" },
      on: { WAKE: "reading" },
    },
    reading: {
      description: "A page is read and applied",
      entry: "begin",
      after: {
        stepLimit: { target: "backoff", actions: ["noteFailure", { type: "tellFailure", params: timedOut }] },
      },
      invoke: {
        src: "step",
        input: ({ context }) => ({ input: context.input }),
        onDone: { target: "deciding", actions: [{ type: "noteResult", params: ({ event }) => ({ result: event.output }) }, "tellResult"] },
        onError: { target: "backoff", actions: ["noteFailure", { type: "tellFailure", params: ({ event }) => ({ error: event.error }) }] },
      },
      on: { WAKE: { actions: "rememberWake" } },
    },
    deciding: {
      description: "Chooses what comes next; left at once",
      always: [
        { guard: "isFenced", target: "over" },
        { guard: "hasMore", target: "reading" },
        { guard: "wasWoken", target: "reading" },
        { target: "waiting" },
      ],
    },
    backoff: {
      description: "The last reading failed; it is tried again later",
      after: { pause: "reading" },
    },
    over: { type: "final", description: "Another node reads this source" },
  },
});
