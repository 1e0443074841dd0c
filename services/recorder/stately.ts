/**
 * A recording in the shape of messages that Stately's inspector takes, for those who use it.
 *
 * The shape is that of `@statelyai/inspect` 0.7 (its `StatelyInspectionEvent`): `@xstate.actor`, `@xstate.event` and `@xstate.snapshot` with
 * `sessionId`, `rootId`, `createdAt` and `_version`; an actor also has its `definition` as JSON text.
 *
 * @module
 */

import type { StateValue } from "xstate";
import type { Chart } from "../charts/model.ts";
import type { Recording } from "./read.ts";
import type { RecordLine } from "./record.ts";
import type { Redacted } from "./redact.ts";

/** Version of the message shape. */
const SHAPE_VERSION = "0.7.1";

interface Common {
  readonly name: string;
  readonly sessionId: string;
  readonly rootId: string;
  /** Unix milliseconds, as text. */
  readonly createdAt: string;
  readonly id: string;
  readonly _version: string;
}

/** A snapshot as an inspector shows it. */
export interface StatelySnapshot {
  readonly status: "active" | "done" | "error";
  readonly value?: StateValue;
  /** What the recording holds of it; empty for actors of which it keeps nothing, and in recordings of earlier versions. */
  readonly context: Readonly<Record<string, Redacted>>;
}

/** What is to be known of a machine. */
export interface StatelyMachine {
  readonly chart: Pick<Chart, "id" | "nodes">;
  /** XState's definition of it, as JSON text; absent where it is not known. */
  readonly definition?: string;
}

/** A message to Stately's inspector. */
export type StatelyMessage =
  | Common & {
    readonly type: "@xstate.actor";
    readonly parentId?: string;
    /** The machine, as JSON text; absent for other actors. */
    readonly definition?: string;
    readonly snapshot: StatelySnapshot;
  }
  | Common & { readonly type: "@xstate.event"; readonly sourceId?: string; readonly event: { readonly type: string } }
  | Common & { readonly type: "@xstate.snapshot"; readonly event: { readonly type: string }; readonly snapshot: StatelySnapshot };

interface Actor {
  readonly sessionId: string;
  /** Where each state of its machine is; absent for other actors. */
  readonly states: ReadonlyMap<string, readonly string[]> | undefined;
  value: StateValue | undefined;
  context: Readonly<Record<string, Redacted>>;
}

/**
 * The messages of a recording, oldest first. An actor that is started again has a new session, and that one was stopped is not told: the shape has no word for it.
 *
 * @param machines The machines that are known; of others, states are not told.
 */
export function* toStately(recording: Recording, machines: readonly StatelyMachine[]): Generator<StatelyMessage> {
  const live = new Map<string, Actor>();
  let actors = 0;
  const keyOf = (conn: number, actor: string) => `${conn} ${actor}`;
  for (const record of recording.records) {
    const { kind, actor, type, conn = 0 } = record;
    if (kind === "note" || (kind === "actor" && type === "stop")) continue;
    const key = keyOf(conn, actor);
    if (kind === "actor" || !live.has(key)) {
      const id = machineOf(record) ?? (actor.includes("/") ? "" : actor);
      const machine = machines.find(({ chart }) => chart.id === id);
      live.set(key, {
        sessionId: `${recording.header.device}:${++actors}`,
        states: machine && statesOf(machine.chart),
        value: undefined,
        context: {},
      });
      const parent = live.get(keyOf(conn, actor.slice(0, Math.max(0, actor.lastIndexOf("/")))));
      yield {
        ...common(record),
        type: "@xstate.actor",
        ...(parent === undefined ? {} : { parentId: parent.sessionId }),
        ...(machine?.definition === undefined ? {} : { definition: machine.definition }),
        snapshot: snapshotOf(key, "active"),
      };
      if (kind === "actor") continue;
    }
    const known = live.get(key)!;
    if (kind === "event") {
      const source = record.from === undefined ? undefined : live.get(keyOf(conn, record.from));
      const data = typeof record.data === "object" && record.data !== null && !Array.isArray(record.data) ? record.data : {};
      yield {
        ...common(record),
        type: "@xstate.event",
        ...(source === undefined ? {} : { sourceId: source.sessionId }),
        event: { ...data, type },
      };
    } else {
      known.context = record.context ?? known.context;
      if (kind === "step" && known.states !== undefined) known.value = valueOf(known.states, record.to ?? "");
      const status = kind === "done" ? "done" : kind === "error" ? "error" : "active";
      yield { ...common(record), type: "@xstate.snapshot", event: { type }, snapshot: snapshotOf(key, status) };
    }
  }

  function common({ seq, wall, actor, conn = 0 }: RecordLine): Common {
    const root = actor.split("/")[0] ?? actor;
    const { sessionId } = live.get(keyOf(conn, actor))!;
    return {
      name: actor,
      sessionId,
      rootId: live.get(keyOf(conn, root))?.sessionId ?? sessionId,
      createdAt: String(wall),
      id: `${recording.header.device}:${seq}`,
      _version: SHAPE_VERSION,
    };
  }

  function snapshotOf(key: string, status: StatelySnapshot["status"]): StatelySnapshot {
    const { value, context = {} } = live.get(key) ?? {};
    return { status, ...(value === undefined ? {} : { value }), context };
  }
}

/** The way to each state: the names of those around it, and its own. */
function statesOf({ nodes }: Pick<Chart, "nodes">): ReadonlyMap<string, readonly string[]> {
  const paths = new Map<string, readonly string[]>();
  // A chart names each state behind the one around it.
  for (const { id, key, parent } of nodes) paths.set(id, parent === undefined ? [] : [...paths.get(parent) ?? [], key]);
  return paths;
}

/** The state value of which these are the innermost active states. */
function valueOf(states: ReadonlyMap<string, readonly string[]>, ids: string): StateValue {
  const value: Record<string, unknown> = {};
  for (const id of ids.split(" ")) {
    let at = value;
    for (const key of states.get(id) ?? []) at = (at[key] ??= {}) as Record<string, unknown>;
  }
  return shortened(value);
}

/** XState writes the only active state below another as its name. */
function shortened(value: Record<string, unknown>): StateValue {
  const entries = Object.entries(value) as [string, Record<string, unknown>][];
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && Object.keys(only[1]).length === 0) return only[0];
  return Object.fromEntries(entries.map(([key, below]) => [key, shortened(below)]));
}

function machineOf({ data }: RecordLine): string | undefined {
  const machine = typeof data === "object" && data !== null && "machine" in data ? data.machine : undefined;
  return typeof machine === "string" ? machine : undefined;
}
