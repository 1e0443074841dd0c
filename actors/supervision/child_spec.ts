/**
 * What a supervisor knows of a child, in the terms of Erlang/OTP's supervisor behaviour.
 *
 * @module
 */

import type { AnyActorRef, EventObject } from "xstate";
import type { SupervisorSettings } from "./settings.ts";
import type { SupervisorSnapshot } from "./snapshot.ts";

/** When a child is started again. */
export type Restart =
  /** Always. */
  | "permanent"
  /** Only after a crash. */
  | "transient"
  /** Never. */
  | "temporary";

/** How a child is stopped. */
export type Shutdown =
  /** Milliseconds that it may take; what is left of it then is killed. */
  | number
  /** At once, without being asked. */
  | "brutal"
  /** However long it takes: for supervisors, whose children have limits of their own. */
  | "infinity";

/** What every kind of child has. */
export interface CommonSpec {
  /** Unique among the supervisor's children. */
  readonly id: string;
  /** When the child is started again. */
  readonly restart: Restart;
  /** How it is stopped; {@link SHUTDOWN_MS} by default, and `infinity` for a supervisor. */
  readonly shutdown?: Shutdown;
  /** That its end ends the supervisor, as that one's `autoShutdown` says. Only for children that are not permanent. */
  readonly significant?: boolean;
  /**
   * That the others can do without it: its crashes leave them alone, do not count against the intensity, and never escalate. It is tried
   * again for ever, at the pace of the back-off.
   */
  readonly optional?: boolean;
  /** What it is called in counts and records, where there are many of its sort; its id by default. */
  readonly kind?: string;
  /** Called when the child is gone and will not come back, after its tree has been stopped. `reason` is absent after a normal end. */
  onDown?(reason?: unknown): void;
}

/** A root actor that has been made and not yet started. */
export type RootActor = AnyActorRef & { start(): unknown; stop(): unknown };

/** An actor as its supervisor starts it. */
export interface ChildSpec extends CommonSpec {
  /** Makes a fresh, not yet started root actor: a restart begins from a known good state, never from the crashed one. */
  create(): RootActor;
  /** What asks the actor to end by itself, within its `shutdown` limit; without it the actor is stopped at once. */
  readonly stopEvent?: EventObject;
}

/** A service that runs. Disposing of it stops it in good order. */
export interface RunningService extends AsyncDisposable {
  /** Rejects when the service has failed, resolves when it has ended by itself. Absent where it can do neither. */
  readonly finished?: Promise<unknown>;
  /** What it supervises itself, where it does. */
  tree?(): SupervisorSnapshot | undefined;
}

/** Something of another kind than an actor: a database, a listener. */
export interface ServiceSpec extends CommonSpec {
  /** How long a start may take, milliseconds; {@link START_MS} by default. */
  readonly startMs?: number | "infinity";
  /**
   * Starts it; resolves when it is ready, rejects when it cannot be had. `signal` aborts when the start is given up, and later when the
   * service is killed: what still runs then must let go.
   */
  start(signal: AbortSignal): RunningService | Promise<RunningService>;
}

/** A supervisor below a supervisor. */
export interface SupervisorSpec extends CommonSpec, SupervisorSettings {
  /** In the order of their start. */
  readonly children: readonly AnyChildSpec[];
}

/** Anything that can be supervised. */
export type AnyChildSpec = ChildSpec | ServiceSpec | SupervisorSpec;

/** How long a child may take to stop unless it says otherwise, milliseconds: OTP's default for workers. */
export const SHUTDOWN_MS = 5000;

/** How long a service may take to be ready unless it says otherwise, milliseconds: opening a large history takes the most, 1 s. */
export const START_MS = 30_000;

/** What a supervisor reports. */
export type SupervisorEvent =
  | { readonly type: "up"; readonly id: string }
  | { readonly type: "down"; readonly id: string; readonly reason?: unknown }
  | { readonly type: "restart"; readonly id: string; readonly reason?: unknown; readonly delayMs: number }
  /** A child did not stop within its limit; what is left of it is out of reach. */
  | { readonly type: "abandoned"; readonly id: string; readonly limitMs: number; readonly reason?: unknown }
  /** Restarts came faster than the intensity allows: the supervisor stops its other children, and its owner decides. */
  | { readonly type: "escalate"; readonly id: string; readonly reason?: unknown };
