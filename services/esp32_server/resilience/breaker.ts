/**
 * A circuit breaker: a provider that keeps failing is left alone for a while, so that nobody waits for it (Nygard, "Release It!").
 *
 * @module
 */

import type { Clock } from "../../../base/clock.ts";
import type { Random } from "../../../base/random.ts";
import type { StageName } from "../errors.ts";
import { blamesProvider, BreakerOpenError } from "./blame.ts";
import { type BreakerTuning, COOLDOWN_SPREAD, tuned } from "./breaker_tuning.ts";
import { OutcomeWindow } from "./outcome_window.ts";

/** `closed` lets calls through, `open` none, `half_open` a few to see whether the provider is back. */
export type BreakerState = "closed" | "open" | "half_open";

/** A change of state, for logs and metrics. */
export interface BreakerChange {
  readonly stage: StageName;
  readonly provider: string;
  readonly from: BreakerState;
  readonly to: BreakerState;
  /** Milliseconds that the provider is left alone; 0 unless `to` is `open`. */
  readonly cooldownMs: number;
  /** What opened it. */
  readonly error?: unknown;
}

/** What a breaker is made with. */
export interface BreakerOptions {
  readonly stage: StageName;
  readonly provider: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly tuning?: Partial<BreakerTuning>;
  readonly onChange?: (change: BreakerChange) => void;
}

/** Leave for one call. The first thing it is told counts; later ones do not. */
export interface BreakerPass {
  /** The provider did its work. */
  succeed(): void;
  /** The call failed. It counts only where the error speaks of the provider. */
  fail(error: unknown): void;
  /** The call ended without saying anything about the provider. */
  release(): void;
}

/**
 * The breaker of one provider. It opens after `consecutiveFailures` in a row, or when `failureRate` of at least `minimumCalls` calls
 * within `windowMs` failed. After the cool-down it lets `probes` calls through: when all succeed it closes, when one fails it opens again
 * for twice as long. It arms no timers: the states follow from the clock when somebody asks.
 */
export class CircuitBreaker {
  readonly #options: BreakerOptions;
  readonly #tuning: BreakerTuning;
  readonly #window: OutcomeWindow;
  /** Start of each probe under way. */
  readonly #probes = new Map<BreakerPass, number>();
  #state: BreakerState = "closed";
  #opened = 0;
  #openUntil = 0;
  #failuresInARow = 0;
  #probesPassed = 0;
  /** Whether the last health check failed. */
  #wasDown = false;
  /** Grows with each change, so that a call that began before it cannot tell anything about what came after. */
  #era = 0;

  constructor(options: BreakerOptions) {
    this.#options = options;
    this.#tuning = tuned(options.tuning);
    this.#window = new OutcomeWindow(options.clock, this.#tuning.windowMs);
  }

  /** As a caller would find it: an open breaker whose cool-down is over is `half_open`. */
  get state(): BreakerState {
    return this.#state === "open" && this.remainingMs === 0 ? "half_open" : this.#state;
  }

  /** Milliseconds until a call is let through again; 0 where one is already. */
  get remainingMs(): number {
    return this.#state === "open" ? Math.max(0, this.#openUntil - this.#options.clock.now()) : 0;
  }

  /**
   * Asks for leave to call. Who gets it settles the pass.
   *
   * @throws `BreakerOpenError`
   */
  enter(): BreakerPass {
    if (this.#state === "open" && this.remainingMs === 0) this.#change("half_open", 0);
    if (this.#state === "open") throw this.#refusal(this.remainingMs);
    const pass = this.#pass();
    if (this.#state === "half_open") this.#probe(pass);
    return pass;
  }

  /** Opens at once, whatever was counted: the provider is known to be useless. */
  trip(error: unknown): void {
    if (this.#state !== "open") this.#open(error);
  }

  /**
   * Takes what a health check found. The first that passes after one that failed ends a cool-down: the provider has come back. One that
   * passes all the while ends none, because what it asks is not what fails.
   */
  checked(isUp: boolean): void {
    const isBack = isUp && this.#wasDown;
    this.#wasDown = !isUp;
    if (isBack && this.#state === "open") this.#change("half_open", 0);
  }

  #probe(pass: BreakerPass): void {
    const now = this.#options.clock.now();
    for (const [probe, startedAt] of this.#probes) if (now - startedAt >= this.#tuning.probeMs) this.#probes.delete(probe);
    const started = Math.min(...this.#probes.values());
    if (this.#probes.size + this.#probesPassed >= this.#tuning.probes) throw this.#refusal(started + this.#tuning.probeMs - now);
    this.#probes.set(pass, now);
  }

  #pass(): BreakerPass {
    const era = this.#era;
    let settled = false;
    const settle = (told: () => void) => {
      if (settled) return;
      settled = true;
      this.#probes.delete(pass);
      if (era === this.#era) told();
    };
    const pass: BreakerPass = {
      succeed: () => settle(() => this.#succeeded()),
      fail: (error) => settle(() => blamesProvider(error) && this.#failed(error)),
      release: () => settle(() => {}),
    };
    return pass;
  }

  #succeeded(): void {
    this.#failuresInARow = 0;
    this.#window.add(false);
    if (this.#state !== "half_open" || ++this.#probesPassed < this.#tuning.probes) return;
    this.#opened = 0;
    this.#window.clear();
    this.#change("closed", 0);
  }

  #failed(error: unknown): void {
    this.#failuresInARow++;
    this.#window.add(true);
    const { consecutiveFailures, minimumCalls, failureRate } = this.#tuning;
    const { calls, failures } = this.#window;
    const tooMany = this.#failuresInARow >= consecutiveFailures || (calls >= minimumCalls && failures / calls >= failureRate);
    if (this.#state === "half_open" || tooMany) this.#open(error);
  }

  #open(error: unknown): void {
    const { cooldownMs, maxCooldownMs } = this.#tuning;
    const base = Math.min(maxCooldownMs, cooldownMs * 2 ** this.#opened++);
    const cooldown = base * (1 + COOLDOWN_SPREAD * this.#options.random.next());
    this.#openUntil = this.#options.clock.now() + cooldown;
    this.#window.clear();
    this.#failuresInARow = 0;
    this.#change("open", cooldown, error);
  }

  #change(to: BreakerState, cooldownMs: number, error?: unknown): void {
    const { stage, provider, onChange } = this.#options;
    const from = this.#state;
    this.#state = to;
    this.#era++;
    this.#probes.clear();
    this.#probesPassed = 0;
    onChange?.({ stage, provider, from, to, cooldownMs, ...(error === undefined ? {} : { error }) });
  }

  #refusal(remainingMs: number): BreakerOpenError {
    return new BreakerOpenError(this.#options.stage, this.#options.provider, remainingMs);
  }
}
