/**
 * What is kept of a recording while it is gone through. It is changed in place: a copy is made where one is handed out or kept.
 *
 * @module
 */

import type { RecordLine } from "../../services/recorder/read.ts";
import type { ActorStatus, Data, GuardAnswer, View, Visits } from "./view.ts";

/** A machine while it runs. */
export interface KeptMachine {
  readonly conn: number;
  readonly actor: string;
  machine: string;
  active: readonly string[];
  since: Map<string, number>;
  last: RecordLine | undefined;
}

/** An actor. */
export interface KeptActor {
  readonly conn: number;
  readonly actor: string;
  machine: string | undefined;
  status: ActorStatus;
  starts: number;
  failures: number;
  t: number;
  /** Number of the record that started or ended it. */
  seq: number;
  data: Data;
}

/** What happened in a chart. */
export interface KeptHeat {
  readonly states: Map<string, Visits>;
  readonly edges: Map<number, number>;
}

/** A connection of the device. */
export interface KeptConnection {
  readonly conn: number;
  readonly machines: Map<string, KeptMachine>;
  readonly actors: Map<string, KeptActor>;
  readonly facts: Map<string, { data: Data; before: Data; seq: number }>;
  event: { record: RecordLine; guards: readonly GuardAnswer[]; edges: readonly number[] } | undefined;
}

/** All of it. */
export interface Kept {
  record: RecordLine | undefined;
  conn: number;
  readonly connections: Map<number, KeptConnection>;
  readonly heat: Map<string, KeptHeat>;
  ignored: number;
  failures: number;
}

/** Nothing yet. */
export function emptyKept(): Kept {
  return { record: undefined, conn: 0, connections: new Map(), heat: new Map(), ignored: 0, failures: 0 };
}

/** A copy that does not change with the original. */
export function copyOf(kept: Kept): Kept {
  return {
    ...kept,
    connections: mapped(kept.connections, (connection) => ({
      ...connection,
      machines: mapped(connection.machines, (machine) => ({ ...machine, since: new Map(machine.since) })),
      actors: mapped(connection.actors, (actor) => ({ ...actor })),
      facts: new Map(connection.facts),
    })),
    heat: mapped(kept.heat, ({ states, edges }) => ({ states: new Map(states), edges: new Map(edges) })),
  };
}

/** What is kept, as it is shown. It shares what does not change in place. */
export function viewOf(kept: Kept, at: number): View {
  const { connections, heat, ...rest } = copyOf(kept);
  const all = [...connections.values()];
  const current = connections.get(kept.conn);
  return {
    ...rest,
    at,
    machines: all.flatMap(({ machines }) => [...machines.values()]),
    heat,
    actors: all.flatMap(({ actors }) => [...actors.values()].sort(byPath)),
    event: current?.event,
    facts: [...current?.facts ?? []].map(([name, fact]) => ({ name, ...fact })),
  };
}

/** Each actor behind its owner; `/` sorts before letters that may be in a name. */
function byPath(a: KeptActor, b: KeptActor): number {
  return a.actor < b.actor ? -1 : a.actor > b.actor ? 1 : 0;
}

function mapped<K, V>(map: ReadonlyMap<K, V>, copy: (value: V) => V): Map<K, V> {
  return new Map([...map].map(([key, value]) => [key, copy(value)]));
}
