/**
 * What a recorder keeps, and the lines it becomes when somebody reads it.
 *
 * @module
 */

import { type AnyStateMachine, type AnyTransitionDefinition, getStateNodes, type StateValue } from "xstate";
import { indexEdges } from "../charts/edge_index.ts";
import { contextLine, type KeptContext } from "./context_summary.ts";
import { MAX_PLAIN, type Plain } from "./plain.ts";
import type { Redacted } from "./redact.ts";

/** What a record is about. Actions have no records of their own: the chart says which belong to the transitions of a step. */
export type RecordKind = "event" | "step" | "actor" | "done" | "error" | "note";

/** A record in the ring. Slots are used again, so that recording allocates little; values are written out only when read. */
export interface Slot {
  seq: number;
  /** Clock milliseconds. */
  at: number;
  /** Number of the connection; 0 where it is not known. */
  conn: number;
  kind: RecordKind;
  actor: string;
  type: string;
  /** Name of the sender, for an event. */
  sender: string | undefined;
  machine: AnyStateMachine | undefined;
  fromValue: StateValue | undefined;
  toValue: StateValue | undefined;
  transitions: readonly AnyTransitionDefinition[] | undefined;
  /** Context of the machine after a step that changed it. */
  context: KeptContext | undefined;
  /** Names of its values. */
  contextKeys: readonly string[];
  /** Whether a machine took no transition for this event. */
  ignored: boolean;
  /** Name of the guard that was asked, for a note about one; its answer is `answer`. */
  guard: string | undefined;
  answer: boolean;
  data: Redacted | undefined;
  /** Names of the first of `values`, where what is to be kept are a few plain values; `data` is undefined then. */
  keys: readonly string[] | undefined;
  readonly values: (Plain | undefined)[];
  /** Estimate of the memory held. */
  bytes: number;
}

/** A record as a line of a recording, parsed. */
export interface RecordLine {
  readonly seq: number;
  /** Microseconds since the recorder was made, by the monotonic clock. */
  readonly t: number;
  /** Unix milliseconds, by the monotonic clock since `epoch`: a clock that is set meanwhile does not show. */
  readonly wall: number;
  readonly kind: RecordKind;
  /** Number of the device's connection since the recorder was made, from 1 on; connections may overlap. Absent where it is not known. */
  readonly conn?: number;
  /** Path of the actor below the device's, such as `device/turn/asr`; empty for a note. */
  readonly actor: string;
  /** Event type, action name, or what the note is about. */
  readonly type: string;
  /** Sender of an event; ids of the innermost active states before a step, separated by spaces. */
  readonly from?: string;
  /** Ids of the innermost active states after a step, separated by spaces. */
  readonly to?: string;
  /** Numbers of the transitions taken, as in the machine's chart. */
  readonly edges?: readonly number[];
  /** What is kept of the context after a step that changed it, and at the start; recordings of earlier versions have none. */
  readonly context?: Readonly<Record<string, Redacted>>;
  /** True for an event that no transition answered. */
  readonly ignored?: true;
  readonly data?: Redacted;
}

/** First line of a recording. */
export interface RecordingHeader {
  readonly kind: "header";
  readonly schema: number;
  /** Version of this program. */
  readonly app: string;
  readonly device: string;
  /** The device's machine; absent before its actor started. */
  readonly machine?: { readonly id: string; readonly hash: string };
  /** When `t` was 0, Unix milliseconds. */
  readonly epoch: number;
  /** Records that were overwritten. */
  readonly dropped: number;
  /** Records that could not be taken, with the last reason. */
  readonly faults?: { readonly count: number; readonly last: string };
}

/** A slot of no record yet. */
export function emptySlot(): Slot {
  return {
    seq: 0,
    at: 0,
    conn: 0,
    kind: "note",
    actor: "",
    type: "",
    sender: undefined,
    machine: undefined,
    fromValue: undefined,
    toValue: undefined,
    transitions: undefined,
    context: undefined,
    contextKeys: [],
    ignored: false,
    guard: undefined,
    answer: false,
    data: undefined,
    keys: undefined,
    values: Array(MAX_PLAIN).fill(undefined),
    bytes: 0,
  };
}

/** Writes slots out. It keeps what it has worked out about machines, and is thrown away with them. */
export class LineWriter {
  readonly #edges = new WeakMap<AnyStateMachine, Map<AnyTransitionDefinition, number>>();
  readonly #states = new WeakMap<StateValue & object, string>();

  /** The record in a slot. */
  line(slot: Slot, startedAt: number, epoch: number): RecordLine {
    const from = slot.sender ?? this.#stateIds(slot.machine, slot.fromValue);
    const to = this.#stateIds(slot.machine, slot.toValue);
    const edges = this.#edgeIds(slot);
    const data = dataOf(slot);
    return {
      seq: slot.seq,
      t: Math.round((slot.at - startedAt) * 1_000),
      wall: Math.round(epoch + slot.at - startedAt),
      kind: slot.kind,
      ...(slot.conn === 0 ? {} : { conn: slot.conn }),
      actor: slot.actor,
      type: slot.type,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(edges === undefined ? {} : { edges }),
      ...(slot.context === undefined ? {} : { context: contextLine(slot.contextKeys, slot.context) }),
      ...(slot.ignored ? { ignored: true } : {}),
      ...(data === undefined ? {} : { data }),
    };
  }

  #edgeIds(slot: Slot): number[] | undefined {
    if (slot.machine === undefined || slot.transitions === undefined) return undefined;
    let index = this.#edges.get(slot.machine);
    if (index === undefined) this.#edges.set(slot.machine, index = indexEdges(slot.machine));
    return slot.transitions.map((transition) => index.get(transition)).filter((id) => id !== undefined);
  }

  #stateIds(machine: AnyStateMachine | undefined, value: StateValue | undefined): string | undefined {
    if (machine === undefined || value === undefined) return undefined;
    if (typeof value === "string") return innermost(machine, value);
    let ids = this.#states.get(value);
    if (ids === undefined) this.#states.set(value, ids = innermost(machine, value));
    return ids;
  }
}

function innermost(machine: AnyStateMachine, value: StateValue): string {
  const nodes = getStateNodes(machine.root, value).filter((node) => node.type === "atomic" || node.type === "final");
  // A machine without states names its root twice.
  return [...new Set(nodes.map((node) => node.id))].join(" ");
}

function dataOf({ guard, answer, keys, values, data }: Slot): Redacted | undefined {
  if (guard !== undefined) return { guard, result: answer };
  if (keys === undefined) return data;
  return Object.fromEntries(keys.map((key, index) => [key, values[index] ?? null]));
}
