/**
 * A supervisor of root actors, `one_for_one`: each child is its own XState system, because one system with all of them costs O(N) for
 * every spawn, stop and promise.
 *
 * @module
 */

import type { Clock, TimerId } from "../../base/clock.ts";
import { AppError } from "../../base/errors.ts";
import type { ChildSpec, SupervisorEvent } from "./child_spec.ts";
import { killTree } from "./kill_tree.ts";
import { observe } from "./observe.ts";

/** Restarts allowed within {@link PERIOD_MS}: OTP's tuning text allows a burst of 5 in 30 s for children that start quickly. */
const INTENSITY = 5;
/** The window that {@link INTENSITY} counts in, milliseconds. */
const PERIOD_MS = 30_000;
/** Delay of the second restart; the first is immediate, each further one waits twice as long. */
const BACKOFF_MS = 1000;
/** No restart waits longer than this, so that {@link INTENSITY} can still be exceeded within {@link PERIOD_MS}. */
const BACKOFF_MAX_MS = 8000;

interface Child {
  readonly spec: ChildSpec;
  actor?: ReturnType<ChildSpec["create"]>;
  restarts: readonly number[];
  timer?: TimerId;
}

/** Starts, watches and restarts actors. */
export class Supervisor implements Disposable {
  readonly #clock: Clock;
  readonly #onEvent: (event: SupervisorEvent) => void;
  readonly #children = new Map<string, Child>();

  constructor(options: { readonly clock: Clock; readonly onEvent?: (event: SupervisorEvent) => void }) {
    this.#clock = options.clock;
    this.#onEvent = options.onEvent ?? (() => {});
  }

  /** Number of children, those waiting for a restart included. */
  get size(): number {
    return this.#children.size;
  }

  /** Ids of the children in the order of their start. */
  which(): string[] {
    return [...this.#children.keys()];
  }

  /**
   * Starts a child.
   *
   * @throws AppError `duplicate_child` when a child of that id is there.
   */
  start(spec: ChildSpec): void {
    if (this.#children.has(spec.id)) {
      throw new AppError(`Cannot start child "${spec.id}": a child of that id is running; stop it first`, { code: "duplicate_child" });
    }
    const child: Child = { spec, restarts: [] };
    this.#children.set(spec.id, child);
    this.#run(child);
  }

  /** Stops a child and everything below it; an unknown id is ignored. */
  stop(id: string): void {
    const child = this.#children.get(id);
    if (child === undefined) return;
    this.#remove(child);
    if (child.timer !== undefined) this.#clock.clearTimeout(child.timer);
    child.actor?.stop();
    this.#down(child);
  }

  /** Stops all children, the latest started first. */
  [Symbol.dispose](): void {
    for (const id of this.which().reverse()) this.stop(id);
  }

  #run(child: Child): void {
    const actor = child.spec.create();
    child.actor = actor;
    observe(actor, {
      error: (reason) => {
        killTree(actor);
        if (this.#isCurrent(child, actor)) this.#crashed(child, reason);
      },
      complete: () => {
        if (this.#isCurrent(child, actor)) this.#completed(child);
      },
    });
    this.#onEvent({ type: "up", id: child.spec.id });
    actor.start();
  }

  #isCurrent(child: Child, actor: Child["actor"]): boolean {
    return this.#children.get(child.spec.id) === child && child.actor === actor;
  }

  #crashed(child: Child, reason: unknown): void {
    if (child.spec.restart === "temporary") {
      this.#remove(child);
      this.#down(child, reason);
    } else {
      this.#restart(child, reason);
    }
  }

  #completed(child: Child): void {
    if (child.spec.restart === "permanent") return this.#restart(child);
    this.#remove(child);
    this.#down(child);
  }

  #restart(child: Child, reason?: unknown): void {
    const now = this.#clock.now();
    child.restarts = [...child.restarts.filter((at) => now - at < PERIOD_MS), now];
    const count = child.restarts.length;
    if (count > INTENSITY) {
      this.#remove(child);
      this.#onEvent({ type: "escalate", id: child.spec.id, reason });
      return this.#down(child, reason);
    }
    const delayMs = count === 1 ? 0 : Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** (count - 2));
    this.#onEvent({ type: "restart", id: child.spec.id, reason, delayMs });
    child.timer = this.#clock.setTimeout(() => this.#run(child), delayMs);
  }

  #remove(child: Child): void {
    this.#children.delete(child.spec.id);
  }

  #down(child: Child, reason?: unknown): void {
    this.#onEvent({ type: "down", id: child.spec.id, reason });
    child.spec.onDown?.(reason);
  }
}
