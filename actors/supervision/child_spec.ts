/**
 * What a supervisor knows of a child, in the terms of Erlang/OTP's supervisor behaviour.
 *
 * @module
 */

import type { AnyActorRef } from "xstate";

/** When a child is started again. */
export type Restart =
  /** Always. */
  | "permanent"
  /** Only after a crash. */
  | "transient"
  /** Never. */
  | "temporary";

/** A child as its supervisor starts it. */
export interface ChildSpec {
  /** Unique among the supervisor's children. */
  readonly id: string;
  /** When the child is started again. */
  readonly restart: Restart;
  /** Makes a fresh, not yet started root actor: a restart begins from a known good state, never from the crashed one. */
  create(): AnyActorRef & { start(): unknown; stop(): unknown };
  /** Called when the child is gone and will not come back, after its tree has been stopped. `reason` is absent after a normal end. */
  onDown?(reason?: unknown): void;
}

/** What a supervisor reports. */
export type SupervisorEvent =
  | { readonly type: "up"; readonly id: string }
  | { readonly type: "down"; readonly id: string; readonly reason?: unknown }
  | { readonly type: "restart"; readonly id: string; readonly reason?: unknown; readonly delayMs: number }
  /** Restarts came faster than the intensity allows: the child stays down and the owner decides. */
  | { readonly type: "escalate"; readonly id: string; readonly reason?: unknown };
