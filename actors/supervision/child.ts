/**
 * A child as its supervisor has it: its specification, the life that it is in, and what became of those before.
 *
 * @module
 */

import type { Clock, TimerId } from "../../base/clock.ts";
import type { Pace } from "./back_off.ts";
import { type AnyChildSpec, type Shutdown, SHUTDOWN_MS, START_MS } from "./child_spec.ts";
import { startTimeout } from "./errors.ts";
import { type Instance, kindOf, launch, type NewSupervisor } from "./instance.ts";
import type { Steps } from "./mailbox.ts";
import { describeFailure } from "./restart_log.ts";
import type { ChildSnapshot, ChildState } from "./snapshot.ts";
import { outcomeOf } from "./within.ts";

/** How a life came to its end: `reason` is absent where it ended by itself. */
export interface Exit {
  readonly child: Child;
  /** Whether it is still the life that the child is in. */
  isCurrent(): boolean;
  readonly crashed: boolean;
  readonly reason?: unknown;
}

/** What a child needs of its supervisor. */
export interface ChildOptions {
  readonly clock: Clock;
  readonly pace: Pace;
  readonly newSupervisor: NewSupervisor;
  /** Hears of the end of the life that the child is in, if nobody asked for it. */
  readonly onExit: (exit: Exit) => void;
  /** Hears of what did not stop within its limit, or not in order. */
  readonly onAbandoned: (child: Child, limitMs: number, reason?: unknown) => void;
}

/** One child. */
export class Child {
  readonly spec: AnyChildSpec;
  readonly pace: Pace;
  /** Whether it was ever ready. */
  wasUp = false;
  restarts = 0;
  readonly #options: ChildOptions;
  #state: ChildState = "down";
  #since: number;
  /** When it was last ready, milliseconds of the clock. */
  #upAt: number | undefined;
  /** Grows with each life, so that the end of an earlier one is not taken for that of this one. */
  #life = 0;
  #instance: Instance | undefined;
  #timer: TimerId | undefined;
  #last: { readonly reason: string; readonly message: string } | undefined;
  readonly #cancelled = new AbortController();

  constructor(spec: AnyChildSpec, options: ChildOptions) {
    this.spec = spec;
    this.pace = options.pace;
    this.#options = options;
    this.#since = options.clock.wall();
  }

  get state(): ChildState {
    return this.#state;
  }

  /** Whether it is ready. */
  isUp(): boolean {
    return this.#state === "up";
  }

  /** Milliseconds that the life which has just ended was ready for. */
  get ranMs(): number {
    return this.#upAt === undefined ? 0 : this.#options.clock.now() - this.#upAt;
  }

  /** Gives up a start that is under way: the child is about to be stopped for good. */
  cancel(): void {
    this.#cancelled.abort();
  }

  /** Starts it and waits until it is ready; returns why it could not be started. A start that was cut leaves the child to be halted. */
  *launch(stopping: AbortSignal): Steps<{ readonly reason: unknown } | undefined> {
    this.#enter("starting");
    this.#upAt = undefined;
    const life = ++this.#life;
    const exit = (crashed: boolean, reason?: unknown) =>
      this.#options.onExit({ child: this, isCurrent: () => this.#life === life, crashed, reason });
    const exits = { crashed: (reason: unknown) => exit(true, reason), ended: () => exit(false) };
    let instance: Instance;
    try {
      instance = this.#instance = launch(this.spec, exits, this.#options.newSupervisor);
    } catch (reason) {
      this.#enter("down");
      return { reason };
    }
    if (instance.ready !== undefined) {
      const cut = AbortSignal.any([stopping, this.#cancelled.signal]);
      const limitMs = this.#startMs();
      const outcome = yield* outcomeOf(instance.ready, limitMs, this.#options.clock, cut);
      if (outcome.status === "cut") return undefined;
      if (outcome.status !== "done") {
        yield* this.clean();
        return { reason: outcome.status === "failed" ? outcome.reason : startTimeout(this.spec.id, limitMs) };
      }
    }
    this.wasUp = true;
    this.#upAt = this.#options.clock.now();
    this.#enter("up");
    return undefined;
  }

  /** Releases what a failed life has left behind. */
  *clean(): Steps {
    const instance = this.#forget();
    this.#enter("down");
    if (instance !== undefined) yield* this.#await(instance, instance.end("kill"), this.#limit(SHUTDOWN_MS), NEVER);
  }

  /** Stops it, within its limit. It may be started again. */
  *halt(killing: AbortSignal): Steps {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    const instance = this.#forget();
    if (instance !== undefined) {
      this.#enter("stopping");
      const brutal = this.#shutdown() === "brutal" || killing.aborted;
      const going = instance.end(brutal ? "kill" : "stop");
      if (brutal) going?.catch((reason) => this.#options.onAbandoned(this, 0, reason));
      else yield* this.#await(instance, going, this.#limit("infinity"), killing);
    }
    this.#enter("down");
  }

  /** Waits before it is started again, by `again`. */
  wait(delayMs: number, again: () => void): void {
    this.#enter("waiting");
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#timer = undefined;
      again();
    }, delayMs);
  }

  /** Notes why it failed. */
  noteFailure(thrown: unknown): void {
    const { reason, message } = describeFailure(thrown);
    this.#last = { reason, message };
  }

  /** What it is doing. */
  snapshot(): ChildSnapshot {
    const { id, restart, optional = false } = this.spec;
    const tree = this.#instance?.tree?.();
    return {
      id,
      type: kindOf(this.spec),
      restart,
      optional,
      state: this.#state,
      since: this.#since,
      restarts: this.restarts,
      ...(this.#last === undefined ? {} : { lastReason: this.#last.reason, lastMessage: this.#last.message }),
      ...(tree === undefined ? {} : { tree }),
    };
  }

  *#await(instance: Instance, going: Promise<void> | undefined, limitMs: number | "infinity", cut: AbortSignal): Steps {
    if (going === undefined) return;
    const outcome = yield* outcomeOf(going, limitMs, this.#options.clock, cut);
    if (outcome.status === "done") return;
    const rest = instance.end("kill");
    rest?.catch(() => {});
    const shown = limitMs === "infinity" ? 0 : limitMs;
    if (outcome.status === "failed") this.#options.onAbandoned(this, shown, outcome.reason);
    else if (rest !== undefined && outcome.status === "late") this.#options.onAbandoned(this, shown);
  }

  #forget(): Instance | undefined {
    const instance = this.#instance;
    this.#instance = undefined;
    this.#life++;
    return instance;
  }

  #enter(state: ChildState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#since = this.#options.clock.wall();
  }

  #shutdown(): Shutdown {
    return this.spec.shutdown ?? (kindOf(this.spec) === "supervisor" ? "infinity" : SHUTDOWN_MS);
  }

  #limit<T>(unlimited: T): number | T {
    const shutdown = this.#shutdown();
    return typeof shutdown === "number" ? shutdown : unlimited;
  }

  #startMs(): number | "infinity" {
    if (kindOf(this.spec) === "supervisor") return "infinity";
    return "startMs" in this.spec ? this.spec.startMs ?? START_MS : START_MS;
  }
}

const NEVER = new AbortController().signal;
