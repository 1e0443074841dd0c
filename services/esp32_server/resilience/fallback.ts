/**
 * The providers of one stage in the order of choice: who fails before anything was delivered is replaced by the next.
 *
 * @module
 */

import type { Clock } from "../../../base/clock.ts";
import type { Random } from "../../../base/random.ts";
import { AppError } from "../../../base/errors.ts";
import type { StageName } from "../errors.ts";
import type { StageHealth, StageOptions } from "../stages.ts";
import { BreakerOpenError, QuietAnswerError } from "./blame.ts";
import { type BreakerPass, CircuitBreaker } from "./breaker.ts";
import type { BreakerTuning } from "./breaker_tuning.ts";
import type { ResilienceEvent } from "./events.ts";

/** One that can do a stage. */
export interface Provider<S> {
  /** For logs, metrics and health; one of a kind within its stage. */
  readonly name: string;
  readonly stage: S;
}

/** What all stages share. */
export interface FallbackOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly breaker?: Partial<BreakerTuning>;
  readonly emit: (event: ResilienceEvent) => void;
}

/** One provider at work on one call. */
export interface Attempt<S> {
  readonly provider: S;
  readonly name: string;
  /** Whether another provider would take over. */
  readonly replaceable: boolean;
  /** To be settled when the call is over; a failure before the answer begins settles it by itself. */
  readonly pass: BreakerPass;
  /** Whether an answer with nothing in it would be given as it is: nobody would take over, and it would not be one of `limit` in a row. */
  mayBeQuiet(limit: number): boolean;
  /** The error for an answer with nothing in it; answers like this are counted until {@link Attempt.sounded}. */
  quiet(limit: number): QuietAnswerError;
  /** The answer has something in it. */
  sounded(): void;
}

interface Candidate<S> extends Provider<S> {
  readonly breaker: CircuitBreaker;
  quietInARow: number;
}

/** A failure that is not counted yet. */
interface Failure<S> {
  readonly candidate: Candidate<S>;
  readonly pass: BreakerPass;
  readonly error: unknown;
}

/** Tries providers one after the other. */
export class Fallback<S> {
  readonly #stage: StageName;
  readonly #options: FallbackOptions;
  readonly #candidates: readonly Candidate<S>[];

  /** @throws `AppError` with code `no_provider` for an empty list. */
  constructor(stage: StageName, providers: readonly Provider<S>[], options: FallbackOptions) {
    if (providers.length === 0) throw new AppError(`No provider for the ${stage} stage; at least one is needed`, { code: "no_provider" });
    this.#stage = stage;
    this.#options = options;
    const { clock, random, emit } = options;
    this.#candidates = providers.map(({ name, stage: provider }) => ({
      name,
      stage: provider,
      quietInARow: 0,
      breaker: new CircuitBreaker({
        stage,
        provider: name,
        clock,
        random,
        ...(options.breaker === undefined ? {} : { tuning: options.breaker }),
        onChange: (change) => emit({ type: "breaker", ...change }),
      }),
    }));
  }

  /**
   * What the first provider that manages gives. `attempt` resolves as soon as there is something to deliver: nobody takes over after that.
   * Where all fail and the call is `tentative` by then, nothing is counted or told.
   *
   * @throws The error of the last provider tried; `BreakerOpenError` of the one that is back first, where none was; the signal's reason.
   */
  async open<T>(
    { signal, tentative = () => false }: StageOptions,
    attempt: (attempt: Attempt<S>) => Promise<T>,
  ): Promise<T> {
    const failures: Failure<S>[] = [];
    let lastly: { readonly error: unknown } | undefined;
    let refusal: BreakerOpenError | undefined;
    for (const [choice, candidate] of this.#candidates.entries()) {
      signal.throwIfAborted();
      const pass = this.#enter(candidate);
      if (pass instanceof BreakerOpenError) {
        if (refusal === undefined || pass.remainingMs < refusal.remainingMs) refusal = pass;
        continue;
      }
      try {
        const opened = await attempt(this.#attempt(candidate, choice, pass));
        this.#settle(failures);
        this.#options.emit({ type: "served", stage: this.#stage, provider: candidate.name, choice });
        return opened;
      } catch (error) {
        if (signal.aborted) {
          pass.release();
          this.#settle(failures);
          throw signal.reason;
        }
        failures.push({ candidate, pass, error });
        if (!tentative()) this.#settle(failures);
        lastly = { error };
      }
    }
    for (const { pass } of failures) pass.release();
    throw lastly === undefined ? refusal : lastly.error;
  }

  /** Counts failures that are not counted yet, and tells of them. */
  #settle(failures: Failure<S>[]): void {
    for (const { candidate, pass, error } of failures.splice(0)) {
      this.failed(candidate.name, pass, error, false);
      if (error instanceof QuietAnswerError && error.repeated && this.#stage === "synthesize") candidate.breaker.trip(error);
    }
  }

  /** Settles a call that failed, and tells about it. */
  failed(provider: string, pass: BreakerPass, error: unknown, delivered: boolean): void {
    pass.fail(error);
    this.#options.emit({ type: "failed", stage: this.#stage, provider, error, delivered });
  }

  /** Takes what a health check of a provider found. */
  checked(provider: string, isUp: boolean): void {
    this.#candidates.find(({ name }) => name === provider)?.breaker.checked(isUp);
  }

  /** How the stage is: as good as the first choice, replaced, or down. */
  health(): StageHealth {
    const ready = this.#candidates.find(({ breaker }) => breaker.state === "closed");
    const away = this.#candidates.filter(({ breaker }) => breaker.state !== "closed");
    const provider = (ready ?? this.#candidates[0])?.name ?? "none";
    const order = this.#candidates.map(({ name, breaker }) => ({
      provider: name,
      breaker: breaker.state,
      ...(breaker.state === "open" ? { retryInMs: Math.ceil(breaker.remainingMs) } : {}),
    }));
    if (away.length === 0) return { stage: this.#stage, status: "pass", provider, order };
    const waits = away.map(({ name, breaker }) => `${name} failed too often, tried again in ${Math.ceil(breaker.remainingMs / 1000)} s`);
    return { stage: this.#stage, status: ready === undefined ? "fail" : "warn", provider, note: waits.join("; "), order };
  }

  #enter(candidate: Candidate<S>): BreakerPass | BreakerOpenError {
    try {
      return candidate.breaker.enter();
    } catch (error) {
      if (!(error instanceof BreakerOpenError)) throw error;
      this.#options.emit({ type: "skipped", stage: this.#stage, provider: candidate.name, remainingMs: error.remainingMs });
      return error;
    }
  }

  #attempt(candidate: Candidate<S>, choice: number, pass: BreakerPass): Attempt<S> {
    const replaceable = this.#candidates.slice(choice + 1).some(({ breaker }) => breaker.state !== "open");
    return {
      provider: candidate.stage,
      name: candidate.name,
      replaceable,
      pass,
      mayBeQuiet: (limit) => !replaceable && candidate.quietInARow + 1 < limit,
      quiet: (limit) => new QuietAnswerError(this.#stage, candidate.name, ++candidate.quietInARow, limit),
      sounded: () => {
        candidate.quietInARow = 0;
      },
    };
  }
}
