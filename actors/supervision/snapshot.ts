/**
 * A supervision tree as it is at one moment, for health, metrics and pages.
 *
 * @module
 */

import type { Restart } from "./child_spec.ts";
import type { Strategy } from "./settings.ts";

/** What a child is doing. */
export type ChildState =
  /** It is being started. */
  | "starting"
  | "up"
  /** It failed and will be started again when its back-off is over. */
  | "waiting"
  /** It is being stopped. */
  | "stopping"
  /** It waits for another child to be up first. */
  | "down";

/** A child. */
export interface ChildSnapshot {
  readonly id: string;
  readonly type: "actor" | "service" | "supervisor";
  readonly restart: Restart;
  /** Whether the others can do without it. */
  readonly optional: boolean;
  readonly state: ChildState;
  /** When it came into this state, Unix milliseconds. */
  readonly since: number;
  /** How often it has been started again. */
  readonly restarts: number;
  /** Why it last failed: see `reasonOf`; absent where it never did. */
  readonly lastReason?: string;
  /** The message of the last failure. */
  readonly lastMessage?: string;
  /** What is below it, where it is a supervisor that runs. */
  readonly tree?: SupervisorSnapshot;
}

/** What a supervisor is doing. */
export type SupervisorState =
  | "running"
  /** It stops its children: it was told to, or it gave up. */
  | "stopping"
  | "stopped"
  /** It gave up: restarts came faster than it allows. */
  | "failed";

/** A supervisor and what is below it. */
export interface SupervisorSnapshot {
  readonly id: string;
  readonly strategy: Strategy;
  readonly intensity: number;
  /** Milliseconds. */
  readonly periodMs: number;
  readonly state: SupervisorState;
  /** Restarts within the period that ends now. */
  readonly restartsInPeriod: number;
  /** In the order of their start; empty under `simple_one_for_one`, whose children are counted. */
  readonly children: readonly ChildSnapshot[];
  /** How many children there are in each state. */
  readonly counts: Readonly<Partial<Record<ChildState, number>>>;
}
