/**
 * Subscribing to an actor without the trap: a subscription with no `error` rethrows the actor's error globally and ends the process.
 *
 * @module
 */

import type { AnyActorRef, SnapshotFrom } from "xstate";

/** What an observer must and may hear. */
export interface ActorObserver<TSnapshot> {
  /** A new snapshot. */
  next?(snapshot: TSnapshot): void;
  /** The actor crashed. */
  error(reason: unknown): void;
  /** The actor reached its final state or was stopped. */
  complete?(): void;
}

/** Subscribes `observer` to `actor`; dispose the result to unsubscribe. */
export function observe<TActor extends AnyActorRef>(actor: TActor, observer: ActorObserver<SnapshotFrom<TActor>>): Disposable {
  const subscription = actor.subscribe(observer);
  return { [Symbol.dispose]: () => subscription.unsubscribe() };
}
