/**
 * The health of this process: the actor under its supervisor, and what others need of it.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { type Actor, createActor } from "xstate";
import type { Clock } from "../../base/clock.ts";
import { AppError, messageOf } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import type { HealthCheck } from "../../services/health/check.ts";
import { type HealthReport, overall, type OverallStatus } from "../../services/health/report.ts";
import type { Outcome, SettledCheck } from "../../services/health/settled.ts";
import type { ChildSpec } from "../supervision/child_spec.ts";
import { observe } from "../supervision/observe.ts";
import type { HealthPorts, HealthTuning } from "./events.ts";
import { STALE_INTERVALS } from "./limits.ts";
import { healthMachine } from "./machine.ts";

/** What {@link Health} needs. */
export interface HealthOptions {
  readonly checks: readonly HealthCheck[];
  readonly tuning: HealthTuning;
  readonly clock: Clock;
  readonly random: Pick<Random, "next">;
  readonly logger: Logger;
  /** Hears every change of the whole; must not throw. */
  readonly onChange?: (status: OverallStatus) => void;
}

/** Name of the actor among the supervisor's children. */
export const HEALTH_ID = "health";

/** Asks the checks while its {@link Health.spec} is supervised, and remembers what they answered. */
export class Health {
  readonly #options: HealthOptions;
  readonly #checks: ReadonlyMap<string, HealthCheck>;
  /** Checks that were given up and have not come back: they are not asked again before. */
  readonly #pending = new Map<string, Promise<unknown>>();
  #actor: Actor<typeof healthMachine> | undefined;
  /** By check, what was known last: it outlives a crash of the actor. */
  #known: Readonly<Record<string, SettledCheck>> = {};
  #status: OverallStatus | undefined;

  constructor(options: HealthOptions) {
    this.#options = options;
    this.#checks = new Map(options.checks.map((check) => [check.id, check]));
    if (this.#checks.size < options.checks.length) {
      throw new AppError("Two health checks have the same id; give each its own", { code: "duplicate_check" });
    }
  }

  /** How the actor is supervised: always again, because without it nobody knows. */
  get spec(): ChildSpec {
    return { id: HEALTH_ID, restart: "permanent", create: () => this.#create() };
  }

  /** What is known. Asks nobody. */
  report(): HealthReport {
    const { checks } = this.#options;
    const known = checks.flatMap(({ id }) => this.#known[id] ?? []);
    const complete = known.length === checks.length;
    return { status: overall(known, complete && !known.some((check) => this.#isStale(check))), complete, checks: known };
  }

  /** Has a check asked at once, or all of them. */
  refresh(id?: string): void {
    if (this.#actor?.getSnapshot().status !== "active") return;
    this.#actor.send({ type: "CHECK_NOW", ...(id === undefined ? {} : { id }) });
  }

  #isStale({ id, at }: SettledCheck): boolean {
    const { clock, tuning } = this.#options;
    const { intervalMs = tuning.intervalMs } = this.#checks.get(id)!;
    return clock.wall() - at > STALE_INTERVALS * intervalMs + tuning.timeoutMs;
  }

  /** What was found long ago, before the actor was switched off, says nothing of now. */
  #forgetStale(): void {
    this.#known = Object.fromEntries(Object.entries(this.#known).filter(([, check]) => !this.#isStale(check)));
  }

  #create(): Actor<typeof healthMachine> {
    const { checks, tuning, clock, logger } = this.#options;
    this.#forgetStale();
    const actor = createActor(healthMachine, { clock, input: { ports: this.#ports(), checks, tuning } });
    observe(actor, {
      next: ({ context }) => this.#known = { ...this.#known, ...context.settled },
      error: (reason) => logger.error("Health crashed; what it knew is kept: {reason}", { reason: messageOf(reason) }),
    });
    return this.#actor = actor;
  }

  #ports(): HealthPorts {
    const { clock, random, logger, tuning, onChange } = this.#options;
    return {
      ask: (id, signal) => this.#ask(id, signal),
      late: (id) => ({
        at: clock.wall(),
        tookMs: tuning.timeoutMs,
        error: new AppError(`"${id}" did not answer within ${tuning.timeoutMs} ms`, { code: "check_late", retryable: true }),
      }),
      changed: (status, checks) => {
        if (this.#status === status) return;
        const wasKnown = this.#status !== undefined;
        this.#status = status;
        if (status !== "healthy") logger.warn("Health is {status}: {failing}", { status, failing: troubles(checks) });
        else if (wasKnown) logger.info("Health is {status} again", { status });
        onChange?.(status);
      },
      random: () => random.next(),
    };
  }

  async #ask(id: string, signal: AbortSignal): Promise<Outcome> {
    const { clock } = this.#options;
    const from = clock.now();
    try {
      const pending = this.#pending.get(id);
      if (pending !== undefined) await pending.catch(() => {});
      signal.throwIfAborted();
      const running = Promise.resolve(this.#checks.get(id)!.run(signal));
      const forget = () => {
        if (this.#pending.get(id) === running) this.#pending.delete(id);
      };
      this.#pending.set(id, running);
      running.then(forget, forget);
      const readings = await running;
      return { at: clock.wall(), tookMs: clock.now() - from, readings };
    } catch (error) {
      return { at: clock.wall(), tookMs: clock.now() - from, error };
    }
  }
}

/** What is not well, for people. */
function troubles(checks: readonly SettledCheck[]): string {
  return checks.filter(({ status }) => status !== "pass").map(({ id, readings }) => {
    const why = readings.flatMap(({ output }) => output ?? []);
    return why.length === 0 ? id : `${id} (${why.join("; ")})`;
  }).join(", ");
}
