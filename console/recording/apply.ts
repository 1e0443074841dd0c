/**
 * Takes one record after the other into account.
 *
 * @module
 */

import type { RecordLine } from "../../services/recorder/read.ts";
import { type Kept, type KeptActor, type KeptConnection, type KeptMachine } from "./kept.ts";
import { closure, idsOf } from "./states.ts";
import type { Data } from "./view.ts";

/** Which actors a chart runs in which states: ids of states by name of the actor, by id of the chart. */
export type Invoked = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/** Connections that are shown at once: two may overlap, and one more is what came before. */
const MAX_CONNECTIONS = 3;
/**
 * Different names that are counted, of states, transitions, actors or notes each: several times what a chart has. A recording is a file
 * that anybody can write.
 */
const MAX_NAMES = 1_000;
/** Guards' answers that are kept of one event: more than a chart asks at once. */
const MAX_GUARDS = 100;

/** Takes a record into account. It never throws: kinds and fields that it does not know are passed over. */
export function apply(kept: Kept, record: RecordLine, invoked: Invoked): void {
  const conn = record.conn ?? kept.conn;
  kept.record = record;
  kept.conn = conn;
  const connection = connectionOf(kept, conn);
  if (record.kind === "event") {
    connection.event = { record, guards: [], edges: [] };
    if (record.ignored) kept.ignored++;
  } else if (record.kind === "step") step(kept, connection, record, invoked);
  else if (record.kind === "actor") actor(connection, record);
  else if (record.kind === "done" || record.kind === "error") ended(kept, connection, record);
  else if (record.kind === "note") note(connection, record);
}

function connectionOf(kept: Kept, conn: number): KeptConnection {
  let found = kept.connections.get(conn);
  if (found === undefined) {
    found = { conn, machines: new Map(), actors: new Map(), facts: new Map(), event: undefined };
    kept.connections.set(conn, found);
    const [oldest] = kept.connections.keys();
    if (kept.connections.size > MAX_CONNECTIONS && oldest !== undefined) kept.connections.delete(oldest);
  }
  return found;
}

function step(kept: Kept, connection: KeptConnection, record: RecordLine, invoked: Invoked): void {
  const machine = machineOf(connection, record);
  if (machine === undefined) return;
  const heat = kept.heat.get(machine.machine) ?? { states: new Map(), edges: new Map() };
  if (room(kept.heat, machine.machine)) kept.heat.set(machine.machine, heat);
  const to = idsOf(record.to);
  const after = closure(to);
  for (const [id, since] of machine.since) {
    if (after.has(id)) continue;
    machine.since.delete(id);
    const { count, spent } = heat.states.get(id) ?? { count: 1, spent: 0 };
    heat.states.set(id, { count, spent: spent + Math.max(0, record.t - since) });
    stopInvoked(connection, machine, id, record.t, invoked);
  }
  for (const id of after) {
    if (machine.since.has(id) || !room(heat.states, id)) continue;
    machine.since.set(id, record.t);
    const { count, spent } = heat.states.get(id) ?? { count: 0, spent: 0 };
    heat.states.set(id, { count: count + 1, spent });
  }
  for (const edge of record.edges ?? []) if (room(heat.edges, edge)) heat.edges.set(edge, (heat.edges.get(edge) ?? 0) + 1);
  machine.active = to;
  machine.last = record;
  const { event } = connection;
  if (event?.record.actor === record.actor && event.record.type === record.type) {
    connection.event = { ...event, edges: [...event.edges, ...record.edges ?? []] };
  }
  if (record.context !== undefined) {
    setFact(connection, record.actor.includes("/") ? `context ${record.actor}` : "context", record.context, record.seq);
  }
}

/** Leaving a state stops what it runs, which has no record of its own. */
function stopInvoked(connection: KeptConnection, machine: KeptMachine, state: string, t: number, invoked: Invoked): void {
  for (const [name, states] of invoked.get(machine.machine) ?? []) {
    if (!states.includes(state)) continue;
    const found = connection.actors.get(`${machine.actor}/${name}`);
    // One that the same event started belongs to the state that is entered.
    if (found?.status === "running" && found.seq < (connection.event?.record.seq ?? 0)) stop(found, t);
  }
}

function stop(actor: KeptActor, t: number): void {
  actor.status = "stopped";
  actor.t = t;
}

function machineOf(connection: KeptConnection, record: RecordLine): KeptMachine | undefined {
  const { actor } = record;
  const found = connection.machines.get(actor);
  if (found !== undefined || !room(connection.machines, actor)) return found;
  const machine = connection.actors.get(actor)?.machine ?? (actor.includes("/") ? idsOf(record.to)[0]?.split(".")[0] : actor) ?? actor;
  const added: KeptMachine = { conn: connection.conn, actor, machine, active: [], since: new Map(), last: undefined };
  // A recording whose beginning was overwritten begins in the middle: when its states were entered is not known.
  connection.machines.set(actor, added);
  return added;
}

function actor(connection: KeptConnection, { actor: path, type, t, seq, data }: RecordLine): void {
  if (!room(connection.actors, path)) return;
  const found = connection.actors.get(path);
  if (type === "stop") {
    if (found !== undefined) stop(found, t);
    return;
  }
  const { starts = 0, failures = 0 } = found ?? {};
  const machine = textOf(data, "machine");
  connection.actors.set(path, {
    conn: connection.conn,
    actor: path,
    machine,
    status: "running",
    starts: starts + 1,
    failures,
    t,
    seq,
    data: undefined,
  });
  connection.machines.delete(path);
}

function ended(kept: Kept, connection: KeptConnection, { kind, actor: path, t, seq, data }: RecordLine): void {
  if (kind === "error") kept.failures++;
  if (!room(connection.actors, path)) return;
  const { starts = 1, failures = 0, machine } = connection.actors.get(path) ?? {};
  const status = kind === "error" ? "failed" : "done";
  connection.actors.set(path, {
    conn: connection.conn,
    actor: path,
    machine,
    status,
    starts,
    failures: failures + (kind === "error" ? 1 : 0),
    t,
    seq,
    data,
  });
  for (const below of connection.actors.values()) {
    if (below.status === "running" && below.actor.startsWith(`${path}/`)) stop(below, t);
  }
}

function note(connection: KeptConnection, { type, data, seq }: RecordLine): void {
  if (type !== "guard") return setFact(connection, type, data, seq);
  const guard = textOf(data, "guard");
  const { event } = connection;
  if (guard === undefined || event === undefined || event.guards.length >= MAX_GUARDS) return;
  const result = (data as { readonly result?: unknown }).result === true;
  connection.event = { ...event, guards: [...event.guards, { guard, result, seq }] };
}

function setFact(connection: KeptConnection, name: string, data: Data, seq: number): void {
  if (room(connection.facts, name)) connection.facts.set(name, { data, before: connection.facts.get(name)?.data, seq });
}

/** Whether a name may be kept. */
function room<K>(names: ReadonlyMap<K, unknown>, name: K): boolean {
  return names.size < MAX_NAMES || names.has(name);
}

function textOf(data: Data, key: string): string | undefined {
  const value: unknown = typeof data === "object" && data !== null && Object.hasOwn(data, key)
    ? (data as Record<string, unknown>)[key]
    : undefined;
  return typeof value === "string" ? value : undefined;
}
