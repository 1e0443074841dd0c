/**
 * The invalidation actor as a child of the platform's supervisor.
 *
 * @module
 */

import { createActor } from "xstate";
import type { Clock } from "../../base/clock.ts";
import type { ChildSpec } from "../supervision/child_spec.ts";
import type { InvalidationInput } from "./events.ts";
import { invalidationMachine } from "./machine.ts";

/** What {@link invalidationChild} needs. */
export interface InvalidationChildOptions extends InvalidationInput {
  readonly clock: Clock;
}

/** How the supervisor starts the actor: always again, because without it nothing is cached. */
export function invalidationChild({ clock, ...input }: InvalidationChildOptions): ChildSpec {
  return { id: "cache", restart: "permanent", create: () => createActor(invalidationMachine, { clock, input }) };
}
