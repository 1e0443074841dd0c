/**
 * A supervisor in the manner of Erlang/OTP. Its children are root actors, each its own XState system because one system with all of them
 * costs O(N) for every spawn, stop and promise; services of other kinds; and supervisors.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { AppError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import { Intensity, Pace } from "./back_off.ts";
import { Child, type Exit } from "./child.ts";
import type { AnyChildSpec, SupervisorEvent, SupervisorSpec } from "./child_spec.ts";
import { gaveUp, isHopeless } from "./errors.ts";
import type { NestedSupervisor } from "./instance.ts";
import { Mailbox, type Steps } from "./mailbox.ts";
import { type AfterFailure, describeFailure, RestartLog } from "./restart_log.ts";
import { BACK_OFF, INTENSITY, PERIOD_MS, type Strategy, type SupervisorSettings } from "./settings.ts";
import type { ChildState, SupervisorSnapshot, SupervisorState } from "./snapshot.ts";

/** What a supervisor needs, and may have that is different. */
export interface SupervisorOptions extends SupervisorSettings {
  readonly clock: Clock;
  /** For the jitter; without it there is none. */
  readonly random?: Pick<Random, "next">;
  /** @default {"supervisor"} */
  readonly id?: string;
  /** Ids from the top of the tree down to this supervisor, joined by `/`; its id by default. */
  readonly path?: string;
  /** Where failures are kept; its own by default. Supervisors below it write to the same. */
  readonly log?: RestartLog;
  /** Hears what happens to the children, and to those of supervisors below, whose ids stand in front of theirs. Must not throw. */
  readonly onEvent?: (event: SupervisorEvent) => void;
}

/** Starts, watches, restarts and stops children. */
export class Supervisor implements Disposable, AsyncDisposable, NestedSupervisor {
  /** Failures of this supervisor's children, and of all below. */
  readonly log: RestartLog;
  /** Resolves when it was stopped, or ended with a significant child; rejects with a `SupervisionError` when it gave up. */
  readonly finished: Promise<void>;
  readonly #options: SupervisorOptions;
  readonly #id: string;
  readonly #path: string;
  readonly #strategy: Strategy;
  readonly #intensity: Intensity;
  readonly #children = new Map<string, Child>();
  readonly #mailbox = new Mailbox();
  readonly #end = Promise.withResolvers<void>();
  readonly #stopping = new AbortController();
  readonly #killing = new AbortController();
  #ready: PromiseWithResolvers<void> | undefined;
  #state: SupervisorState = "running";
  #closing: Promise<void> | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const { id = "supervisor", path = id, strategy = "one_for_one", intensity = INTENSITY, periodMs = PERIOD_MS } = options;
    this.#id = id;
    this.#path = path;
    this.#strategy = strategy;
    this.#intensity = new Intensity(intensity, periodMs);
    this.log = options.log ?? new RestartLog();
    this.finished = this.#end.promise;
    // Not everybody waits for it: a dynamic supervisor tells by its events.
    this.finished.catch(() => {});
  }

  /** Number of children, those waiting for a restart included. */
  get size(): number {
    return this.#children.size;
  }

  /** Ids of the children in the order of their start. */
  which(): string[] {
    return [...this.#children.keys()];
  }

  /** How many children there are in each state. */
  count(): Partial<Record<ChildState, number>> {
    const counts: Partial<Record<ChildState, number>> = {};
    for (const { state } of this.#children.values()) counts[state] = (counts[state] ?? 0) + 1;
    return counts;
  }

  /** This supervisor and all below it, as they are now. */
  tree(): SupervisorSnapshot {
    const { intensity = INTENSITY, periodMs = PERIOD_MS, clock } = this.#options;
    return {
      id: this.#id,
      strategy: this.#strategy,
      intensity,
      periodMs,
      state: this.#state,
      restartsInPeriod: this.#intensity.count(clock.now()),
      children: this.#strategy === "simple_one_for_one" ? [] : [...this.#children.values()].map((child) => child.snapshot()),
      counts: this.count(),
    };
  }

  /**
   * Starts a child: within this call where it is an actor and nothing else is going on.
   *
   * @throws AppError `duplicate_child` when a child of that id is there, `supervisor_over` when the supervisor has ended or is about to.
   */
  start(spec: AnyChildSpec): void {
    const child = this.#add(spec);
    void this.#mailbox.post(() => this.#launchAll([child]));
  }

  /**
   * Starts children in their order, each when the one before is ready. Resolves when all but the optional are up.
   *
   * @throws SupervisionError when the supervisor gave up, or was stopped before.
   */
  startAll(specs: readonly AnyChildSpec[]): Promise<void> {
    const children = specs.map((spec) => this.#add(spec));
    this.#ready ??= Promise.withResolvers<void>();
    const { promise } = this.#ready;
    void this.#mailbox.post(() => this.#launchAll(children));
    return promise;
  }

  /** Stops a child and everything below it; an unknown id is ignored. An actor that needs not be asked is gone within this call. */
  stop(id: string): Promise<void> {
    const child = this.#children.get(id);
    child?.cancel();
    return this.#mailbox.post(() => this.#stopOne(child));
  }

  /** Stops all children, the latest started first, each within its limit; then the supervisor is over. */
  shutdown(): Promise<void> {
    this.#stopping.abort();
    return this.#closing ??= this.#mailbox.post(() => this.#finish());
  }

  /** Stops all children at once and waits for none. */
  kill(): Promise<void> {
    this.#killing.abort();
    return this.shutdown();
  }

  /** As {@link Supervisor.shutdown}, for owners that wait for nothing. */
  [Symbol.dispose](): void {
    void this.shutdown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  #add(spec: AnyChildSpec): Child {
    const { id } = spec;
    if (this.#children.has(id)) {
      throw new AppError(`Cannot start child "${id}": a child of that id is running; stop it first`, { code: "duplicate_child" });
    }
    if (this.#state !== "running" || this.#closing !== undefined) {
      throw new AppError(`Cannot start child "${id}": supervisor "${this.#path}" is over`, { code: "supervisor_over" });
    }
    const { clock, backOff = BACK_OFF, periodMs = PERIOD_MS, random } = this.#options;
    const child = new Child(spec, {
      clock,
      pace: new Pace(backOff, periodMs, random),
      newSupervisor: (nested) => this.#below(nested),
      onExit: (exit) => void this.#mailbox.post(() => this.#exited(exit)),
      onAbandoned: ({ spec }, limitMs, reason) => this.#emit({ type: "abandoned", id: spec.id, limitMs, reason }),
    });
    this.#children.set(id, child);
    return child;
  }

  #below(spec: SupervisorSpec): Supervisor {
    const { clock, random, onEvent = () => {} } = this.#options;
    const { id, strategy, intensity, periodMs, backOff, autoShutdown } = spec;
    return new Supervisor({
      clock,
      id,
      path: `${this.#path}/${id}`,
      log: this.log,
      onEvent: (event) => onEvent({ ...event, id: `${id}/${event.id}` }),
      ...(random === undefined ? {} : { random }),
      ...(strategy === undefined ? {} : { strategy }),
      ...(intensity === undefined ? {} : { intensity }),
      ...(periodMs === undefined ? {} : { periodMs }),
      ...(backOff === undefined ? {} : { backOff }),
      ...(autoShutdown === undefined ? {} : { autoShutdown }),
    });
  }

  /** Whether a child that is not up holds up those after it. */
  get #isChained(): boolean {
    return this.#strategy === "rest_for_one" || this.#strategy === "one_for_all";
  }

  *#launchAll(children: readonly Child[]): Steps {
    for (const child of children) {
      if (this.#isChained && this.#isHeldUp(child)) break;
      if (this.#isOver || this.#children.get(child.spec.id) !== child) continue;
      if (child.state !== "down") continue;
      const failure = yield* child.launch(this.#stopping.signal);
      if (child.isUp()) this.#emit({ type: "up", id: child.spec.id });
      if (failure !== undefined) yield* this.#failed(child, failure.reason, { crashed: true, starting: true });
    }
    this.#checkReady();
  }

  #isHeldUp(child: Child): boolean {
    const all = [...this.#children.values()].filter((other) => other === child || other.spec.optional !== true);
    if (all.slice(0, all.indexOf(child)).some(({ state }) => state !== "up")) return true;
    return this.#strategy === "one_for_all" && all.some(({ state }) => state === "waiting");
  }

  *#exited({ child, isCurrent, crashed, reason }: Exit): Steps {
    if (this.#isOver || !isCurrent()) return;
    yield* child.clean();
    yield* this.#failed(child, reason, { crashed, starting: false });
    this.#checkReady();
  }

  *#failed(child: Child, reason: unknown, { crashed, starting }: { readonly crashed: boolean; readonly starting: boolean }): Steps {
    const { restart, optional = false } = child.spec;
    if (crashed) child.noteFailure(reason);
    if (restart === "temporary" || (restart === "transient" && !crashed)) {
      if (crashed) this.#note(child, reason, "left");
      this.#remove(child, reason);
      return yield* this.#checkSignificant(child);
    }
    const now = this.#options.clock.now();
    const hopeless = starting && !child.wasUp && isHopeless(reason);
    if (!optional && (hopeless || !this.#intensity.allows(now))) {
      this.#note(child, reason, "escalate");
      this.#emit({ type: "escalate", id: child.spec.id, reason });
      return yield* this.#giveUp(child, reason, hopeless);
    }
    if (!optional) yield* this.#haltOthers(child);
    const delayMs = child.pace.next(child.ranMs);
    child.restarts++;
    this.#note(child, reason, "restart", delayMs);
    this.#emit({ type: "restart", id: child.spec.id, reason, delayMs });
    child.wait(delayMs, () => void this.#mailbox.post(() => this.#restart(child)));
  }

  *#restart(child: Child): Steps {
    // Whoever stopped it meanwhile has done so before it began to wait.
    if (child.state !== "waiting") return;
    yield* child.halt(this.#killing.signal);
    yield* this.#launchAll(this.#isChained ? [...this.#children.values()] : [child]);
  }

  *#haltOthers(child: Child): Steps {
    if (!this.#isChained) return;
    const all = [...this.#children.values()];
    const others = this.#strategy === "one_for_all" ? all.filter((other) => other !== child) : all.slice(all.indexOf(child) + 1);
    for (const other of others.reverse()) {
      yield* other.halt(this.#killing.signal);
      if (other.spec.restart === "temporary") this.#remove(other);
    }
  }

  *#stopOne(child: Child | undefined): Steps {
    if (child === undefined || this.#children.get(child.spec.id) !== child) return;
    yield* child.halt(this.#killing.signal);
    this.#remove(child);
    // Nobody waits for it any more.
    if (this.#isChained) yield* this.#launchAll([...this.#children.values()]);
    else this.#checkReady();
  }

  *#stopAll(failed?: Child, reason?: unknown): Steps {
    for (const child of [...this.#children.values()].reverse()) {
      yield* child.halt(this.#killing.signal);
      this.#remove(child, child === failed ? reason : undefined);
    }
  }

  *#finish(): Steps {
    if (this.#state !== "running") return;
    this.#state = "stopping";
    yield* this.#stopAll();
    this.#state = "stopped";
    this.#end.resolve();
    this.#ready?.promise.catch(() => {});
    this.#ready?.reject(new AppError(`Supervisor "${this.#path}" was stopped`, { code: "supervisor_over" }));
  }

  *#giveUp(child: Child, reason: unknown, hopeless: boolean): Steps {
    this.#state = "stopping";
    yield* this.#stopAll(child, reason);
    this.#state = "failed";
    const error = gaveUp(this.#path, child.spec.id, reason, hopeless);
    this.#ready?.promise.catch(() => {});
    this.#ready?.reject(error);
    this.#end.reject(error);
  }

  *#checkSignificant({ spec }: Child): Steps {
    const { autoShutdown = "never" } = this.#options;
    if (spec.significant !== true || autoShutdown === "never") return;
    const others = [...this.#children.values()].some((child) => child.spec.significant === true);
    if (autoShutdown === "any" || !others) yield* this.#finish();
  }

  get #isOver(): boolean {
    return this.#state !== "running" || this.#closing !== undefined;
  }

  #checkReady(): void {
    if (this.#ready === undefined || this.#isOver) return;
    for (const { state, spec } of this.#children.values()) {
      if (state !== "up" && spec.optional !== true) return;
    }
    this.#ready.resolve();
    this.#ready = undefined;
  }

  #remove(child: Child, reason?: unknown): void {
    this.#children.delete(child.spec.id);
    this.#emit({ type: "down", id: child.spec.id, reason });
    child.spec.onDown?.(reason);
  }

  #note(child: Child, thrown: unknown, then: AfterFailure, delayMs?: number): void {
    const path = `${this.#path}/${child.spec.kind ?? child.spec.id}`;
    const at = this.#options.clock.wall();
    this.log.add({ at, path, ...describeFailure(thrown), then, ...(delayMs === undefined ? {} : { delayMs }) });
  }

  #emit(event: SupervisorEvent): void {
    this.#options.onEvent?.(event);
  }
}
