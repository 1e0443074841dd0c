/**
 * Invoked actors that end when a replay says so.
 *
 * @module
 */

import type { ActorLogic, AnyActorRef, EventObject, Snapshot } from "xstate";

/** Tells a mocked actor that its work is done. */
export const DONE = "replay.done";
/** Tells a mocked actor that its work failed. */
export const FAILED = "replay.failed";

type Waiting = Snapshot<undefined>;

/** An actor that waits to be told how it ends, and ends at once then. */
export const waiting: ActorLogic<Waiting, EventObject> = {
  getInitialSnapshot: () => ({ status: "active", output: undefined, error: undefined }),
  transition: (snapshot, event) => {
    if (event.type === DONE) return { status: "done", output: undefined, error: undefined };
    if (event.type === FAILED) return { status: "error", output: undefined, error: (event as { error?: unknown }).error };
    return event.type === "xstate.stop" ? { status: "stopped", output: undefined, error: undefined } : snapshot;
  },
  getPersistedSnapshot: (snapshot) => snapshot,
};

/** The running child that was made from the source of this name, or has it as its id. */
export function childOf(children: Readonly<Record<string, AnyActorRef | undefined>>, name: string): AnyActorRef | undefined {
  return Object.values(children).find((child) =>
    child !== undefined && (child.src === name || child.id === name) && child.getSnapshot()?.status === "active"
  );
}
