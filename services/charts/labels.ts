/**
 * Names for people, from XState's internal ones.
 *
 * @module
 */

import type { AnyStateMachine } from "xstate";
import type { ChartEdgeKind } from "./model.ts";

/** Kind, label and delay of a transition. */
export interface EventName {
  readonly kind: ChartEdgeKind;
  readonly label: string;
  readonly delay?: number | string;
}

/** What invoked actors are called: XState's id of the actor to the name that people know it by. */
export type ActorNames = ReadonlyMap<string, string>;

/**
 * Reads an event type.
 *
 * @param delay The `delay` of an `after` transition.
 */
export function eventName(event: string, delay: unknown, machine: AnyStateMachine, actors: ActorNames): EventName {
  if (event === "") return { kind: "always", label: "always" };
  if (event.startsWith("xstate.after.")) return { kind: "after", ...afterName(delay, machine) };
  const actor = (prefix: string) => {
    const id = event.slice(prefix.length);
    return actors.get(id) ?? id;
  };
  if (event.startsWith("xstate.done.actor.")) return { kind: "done", label: `${actor("xstate.done.actor.")} done` };
  if (event.startsWith("xstate.error.actor.")) return { kind: "error", label: `${actor("xstate.error.actor.")} failed` };
  if (event.startsWith("xstate.snapshot.")) return { kind: "snapshot", label: `${actor("xstate.snapshot.")} changed` };
  if (event.startsWith("xstate.done.state.")) return { kind: "done", label: `${event.slice(event.lastIndexOf(".") + 1)} done` };
  return { kind: "on", label: event === "*" ? "any other event" : event };
}

function afterName(delay: unknown, machine: AnyStateMachine): { label: string; delay?: number | string } {
  if (typeof delay === "number") return { label: `after ${duration(delay)}`, delay };
  const name = String(delay);
  const known: unknown = machine.implementations.delays[name];
  return typeof known === "number"
    ? { label: `after ${name} (${duration(known)})`, delay: known }
    : { label: `after ${name}`, delay: name };
}

function duration(ms: number): string {
  return ms >= 1_000 && ms % 1_000 === 0 ? `${ms / 1_000} s` : `${ms} ms`;
}

/** Name of a guard, with `and`, `or` and `not` written out; undefined when there is none. */
export function guardName(guard: unknown): string | undefined {
  if (guard === undefined || guard === null) return undefined;
  if (typeof guard === "string") return guard;
  const { type, name, guards } = guard as { type?: unknown; name?: unknown; guards?: unknown };
  const word = String(type ?? name ?? "").replace("xstate.", "") || "guard";
  if (!Array.isArray(guards)) return word === "guard" && typeof guard === "function" ? "condition" : word;
  const parts = guards.map((each) => guardName(each) ?? "condition");
  if (word.startsWith("not")) return `not ${parts.join(", ")}`;
  const joined = parts.join(word.startsWith("or") ? " or " : " and ");
  return word.startsWith("or") ? `(${joined})` : joined;
}

/** Name of an action; undefined for XState's own bookkeeping. */
export function actionName(action: unknown): string | undefined {
  if (typeof action === "string") return action;
  const { type, name } = action as { type?: unknown; name?: unknown };
  const word = String(type ?? name ?? "action").replace(/^xstate\./, "");
  // These arm timers and start actors, which the chart shows as transitions and invocations.
  return ["raise", "spawnChild", "stopChild", "cancel"].includes(word) && action !== word ? undefined : word;
}
