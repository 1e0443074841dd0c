/**
 * What to do with what a crashed actor leaves behind.
 *
 * @module
 */

import type { AnyActorRef } from "xstate";

/**
 * Stops every actor below `ref`, deepest first. A machine that throws orphans its children: callbacks keep running and promises are not
 * aborted, even after the root is stopped (statelyai/xstate, `createActor.ts`, a known TODO). Sending `xstate.stop` to each is the only
 * public way to run their disposers.
 */
export function killTree(ref: AnyActorRef): void {
  for (const child of childrenOf(ref)) {
    killTree(child);
    if (child.getSnapshot()?.status === "active") child.send({ type: "xstate.stop" });
  }
}

function childrenOf(ref: AnyActorRef): AnyActorRef[] {
  const children: Record<string, AnyActorRef | undefined> = ref.getSnapshot()?.children ?? {};
  return Object.values(children).filter((child) => child !== undefined);
}
