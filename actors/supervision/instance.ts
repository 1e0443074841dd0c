/**
 * One life of a child: an actor, a service or a supervisor, from its start to its end.
 *
 * @module
 */

import type { AnyChildSpec, ChildSpec, RunningService, ServiceSpec, SupervisorSpec } from "./child_spec.ts";
import { killTree } from "./kill_tree.ts";
import { observe } from "./observe.ts";
import type { SupervisorSnapshot } from "./snapshot.ts";

/** Who hears of an end that nobody asked for. Told once at most. */
export interface Exits {
  crashed(reason: unknown): void;
  ended(): void;
}

/** A running child. */
export interface Instance {
  /** Resolves when it is ready, rejects when it could not be started; absent where it is ready at once. */
  readonly ready?: Promise<unknown>;
  /**
   * Ends it: in good order (`stop`), or without asking (`kill`), also after a `stop` that takes too long. Resolves when it is gone; undefined
   * where it is gone at once.
   */
  end(how: "stop" | "kill"): Promise<void> | undefined;
  /** What is below it, where it supervises. */
  tree?(): SupervisorSnapshot | undefined;
}

/** The part of a supervisor that its parent uses. */
export interface NestedSupervisor {
  startAll(children: readonly AnyChildSpec[]): Promise<void>;
  readonly finished: Promise<void>;
  shutdown(): Promise<void>;
  kill(): Promise<void>;
  tree(): SupervisorSnapshot;
}

/** Makes a supervisor from its specification. */
export type NewSupervisor = (spec: SupervisorSpec) => NestedSupervisor;

/** What kind of child a specification describes. */
export function kindOf(spec: AnyChildSpec): "actor" | "service" | "supervisor" {
  return "create" in spec ? "actor" : "start" in spec ? "service" : "supervisor";
}

/** Starts a child. Throws where an actor cannot even be made. */
export function launch(spec: AnyChildSpec, exits: Exits, newSupervisor: NewSupervisor): Instance {
  if ("create" in spec) return launchActor(spec, exits);
  return "start" in spec ? launchService(spec, exits) : launchSupervisor(spec, exits, newSupervisor);
}

function launchActor(spec: ChildSpec, exits: Exits): Instance {
  const actor = spec.create();
  const gone = Promise.withResolvers<void>();
  let over = false;
  const finish = (tell: () => void) => {
    over = true;
    gone.resolve();
    tell();
  };
  observe(actor, {
    error: (reason) => {
      killTree(actor);
      finish(() => exits.crashed(reason));
    },
    complete: () => finish(() => exits.ended()),
  });
  actor.start();
  return {
    end(how) {
      if (over) return undefined;
      if (how === "stop" && spec.stopEvent !== undefined) {
        actor.send(spec.stopEvent);
        return gone.promise;
      }
      actor.stop();
      return undefined;
    },
  };
}

function launchService(spec: ServiceSpec, exits: Exits): Instance {
  const life = new AbortController();
  const started = (async () => await spec.start(life.signal))();
  let running: RunningService | undefined;
  let gone: Promise<void> | undefined;
  const ready = started.then((service) => {
    running = service;
    service.finished?.then(() => exits.ended(), (reason) => exits.crashed(reason));
  });
  const dispose = async (): Promise<void> => {
    let service: RunningService;
    try {
      service = await started;
    } catch {
      return;
    }
    await service[Symbol.asyncDispose]();
    life.abort();
  };
  return {
    ready,
    end(how) {
      if (how === "kill" || running === undefined) life.abort();
      return gone ??= dispose();
    },
    tree: () => running?.tree?.(),
  };
}

function launchSupervisor(spec: SupervisorSpec, exits: Exits, newSupervisor: NewSupervisor): Instance {
  const supervisor = newSupervisor(spec);
  let isUp = false;
  const ready = supervisor.startAll(spec.children).then(() => {
    isUp = true;
  });
  supervisor.finished.then(() => exits.ended(), (reason) => isUp && exits.crashed(reason));
  return {
    ready,
    end: (how) => how === "stop" ? supervisor.shutdown() : supervisor.kill(),
    tree: () => supervisor.tree(),
  };
}
