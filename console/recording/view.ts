/**
 * What there is to see of a recording after one of its records.
 *
 * @module
 */

import type { RecordLine } from "../../services/recorder/read.ts";

/** Any value of a record's data. */
export type Data = RecordLine["data"];

/** What a guard answered. */
export interface GuardAnswer {
  readonly guard: string;
  readonly result: boolean;
  /** Number of the note. */
  readonly seq: number;
}

/** How long a state has been active, and how often. */
export interface Visits {
  readonly count: number;
  /** Microseconds of all visits that are over. */
  readonly spent: number;
}

/** What has happened in the chart of a machine, all connections together. */
export interface Heat {
  /** By id of the state; those around the innermost ones count, too. */
  readonly states: ReadonlyMap<string, Visits>;
  /** How often each transition was taken, by number. */
  readonly edges: ReadonlyMap<number, number>;
}

/** A running, or ended, machine. */
export interface MachineView {
  readonly conn: number;
  /** Path of its actor. */
  readonly actor: string;
  /** Id of its chart. */
  readonly machine: string;
  /** Ids of the innermost active states. */
  readonly active: readonly string[];
  /** When each active state was entered, those around included: microseconds. */
  readonly since: ReadonlyMap<string, number>;
  /** Its last step. */
  readonly last: RecordLine | undefined;
}

/** How an actor is. `stopped` also where its owner left the state that ran it. */
export type ActorStatus = "running" | "done" | "stopped" | "failed";

/** An actor of a connection. */
export interface ActorView {
  readonly conn: number;
  /** Its path, such as `device/reply`. */
  readonly actor: string;
  readonly machine: string | undefined;
  readonly status: ActorStatus;
  /** How often it was started; an actor of a state is started with each visit. */
  readonly starts: number;
  /** How often it ended by a failure. */
  readonly failures: number;
  /** When its status last changed, microseconds. */
  readonly t: number;
  /** What it ended with. */
  readonly data: Data;
}

/** An event and what it led to. */
export interface EventView {
  readonly record: RecordLine;
  /** Answers of the guards that were asked because of it, in order. */
  readonly guards: readonly GuardAnswer[];
  /** Numbers of the transitions taken because of it. */
  readonly edges: readonly number[];
}

/** What was last said about a subject outside the charts, or in a machine's context. */
export interface Fact {
  /** What the note is about; `context` for a machine's. */
  readonly name: string;
  readonly data: Data;
  readonly before: Data;
  /** Number of the record that said it. */
  readonly seq: number;
}

/** Everything. */
export interface View {
  /** Position of the last record that counts; -1 before the first. */
  readonly at: number;
  readonly record: RecordLine | undefined;
  /** The connection that the last record belongs to; the one before where it belongs to none. */
  readonly conn: number;
  /** Machines of the latest connections, in the order of their start. */
  readonly machines: readonly MachineView[];
  /** By id of the chart. */
  readonly heat: ReadonlyMap<string, Heat>;
  /** Actors of the latest connections, each behind its owner. */
  readonly actors: readonly ActorView[];
  /** The last event of the connection. */
  readonly event: EventView | undefined;
  /** Of the connection, by name. */
  readonly facts: readonly Fact[];
  /** Events that no transition answered. */
  readonly ignored: number;
  /** Actors that failed. */
  readonly failures: number;
}

/** The machine to be shown: the outermost one of the view's connection. */
export function mainMachine({ machines, conn }: View): MachineView | undefined {
  const outermost = machines.filter(({ actor }) => !actor.includes("/"));
  return outermost.findLast((each) => each.conn === conn) ?? outermost.at(-1);
}
