/**
 * What happens in a chart at a moment, as it is drawn.
 *
 * @module
 */

import type { Chart, ChartEdge, ChartNode } from "../../services/charts/model.ts";
import { around, closure, idsOf } from "../recording/states.ts";
import type { Heat, MachineView, View } from "../recording/view.ts";

/** A moment of a machine. Nothing in it belongs to a recording alone: a live view has the same. */
export interface ChartLife {
  /** Active states, those around the innermost ones included. */
  readonly active: ReadonlySet<string>;
  /** The innermost of them. */
  readonly innermost: readonly string[];
  /** Milliseconds for which each active state has been active. */
  readonly forMs: ReadonlyMap<string, number>;
  /** Transitions of the last step. */
  readonly last: readonly number[];
  /** Changes with each step. */
  readonly step: number;
  /** What guards answered to the last event, by transition. */
  readonly guards: ReadonlyMap<number, boolean>;
  readonly heat: Heat | undefined;
}

/** A chart in which nothing happens. */
export const STILL: ChartLife = {
  active: new Set(),
  innermost: [],
  forMs: new Map(),
  last: [],
  step: -1,
  guards: new Map(),
  heat: undefined,
};

/**
 * The moment of a view.
 *
 * @param nowUs The time that counts as now, microseconds of the recording.
 */
export function lifeOf(chart: Chart, view: View, machine: MachineView | undefined, nowUs: number): ChartLife {
  if (machine === undefined) return { ...STILL, heat: view.heat.get(chart.id) };
  const active = closure(machine.active);
  return {
    active,
    innermost: machine.active,
    forMs: new Map([...machine.since].map(([id, since]) => [id, Math.max(0, nowUs - since) / 1000])),
    last: machine.last?.edges ?? [],
    step: machine.last?.seq ?? -1,
    guards: guardsOf(chart, view, machine, active),
    heat: view.heat.get(chart.id),
  };
}

/** Guards have names, and several transitions may have the same: what was asked are those of states that were active. */
function guardsOf(chart: Chart, { event }: View, machine: MachineView, active: ReadonlySet<string>): ReadonlyMap<number, boolean> {
  const answers = new Map(event?.guards.map(({ guard, result }) => [guard, result]));
  if (answers.size === 0 || event?.record.actor !== machine.actor) return new Map();
  const left = machine.last !== undefined && machine.last.seq > event.record.seq ? closure(idsOf(machine.last.from)) : new Set<string>();
  const found = new Map<number, boolean>();
  for (const { id, source, guard, event: type } of chart.edges) {
    const answer = guard === undefined ? undefined : answers.get(guard);
    const asked = type === event.record.type || type === "";
    if (answer !== undefined && asked && (active.has(source) || left.has(source))) found.set(id, answer);
  }
  return found;
}

/** How hot something is that happened `count` times where the most frequent one happened `most` times: 0 to 4. */
export function heatLevel(count: number, most: number): number {
  return count <= 0 || most <= 0 ? 0 : Math.max(1, Math.ceil(4 * Math.log1p(count) / Math.log1p(Math.max(count, most))));
}

/**
 * Transitions that matter while one looks at some states: their own, or those of the nearest state around that has any, and what leads to
 * the one that was selected.
 */
export function strongEdges({ edges }: Chart, looked: readonly string[], selected: string | undefined): ReadonlySet<number> {
  const strong = new Set<number>();
  for (const id of looked) {
    const source = [...around(id)].find((each) => edges.some((edge) => edge.source === each && edge.targets.length > 0));
    for (const edge of edges) if (edge.source === source || selected !== undefined && edge.targets.includes(selected)) strong.add(edge.id);
  }
  return strong;
}

/** Milliseconds until a timer of an active state fires; undefined for what is no timer, is not armed, or is due. */
export function firesInMs({ kind, delay, source }: ChartEdge, { forMs }: ChartLife): number | undefined {
  const since = forMs.get(source);
  if (kind !== "after" || typeof delay !== "number" || since === undefined || since >= delay) return undefined;
  return delay - since;
}

/** What a chart knows about one of its states. */
export interface StateFacts {
  readonly node: ChartNode;
  /** Transitions that leave it, or act in it. */
  readonly own: readonly ChartEdge[];
  /** Those of the states around it, which hold in it, too. */
  readonly inherited: readonly ChartEdge[];
  /** Those that lead to it. */
  readonly incoming: readonly ChartEdge[];
}

/** The facts of a state; undefined where the chart has none of that id. */
export function factsOf(chart: Chart, id: string): StateFacts | undefined {
  const node = chart.nodes.find((each) => each.id === id);
  if (node === undefined) return undefined;
  const outer = closure([id]);
  return {
    node,
    own: chart.edges.filter(({ source }) => source === id),
    // The nearest first.
    inherited: chart.edges.filter(({ source }) => source !== id && outer.has(source)).sort((a, b) => b.source.length - a.source.length),
    incoming: chart.edges.filter(({ source, targets }) => source !== id && targets.includes(id)),
  };
}

/** The states of a turn, in the order in which it passes them. */
export const TURN_STATES = ["listening", "vad", "recognizing", "thinking", "speaking", "persisting"] as const;

/** The states of a turn in a chart; none where it is no chart of a device. */
export function turnPath({ nodes }: Chart): readonly ChartNode[] {
  const found = TURN_STATES.map((key) => nodes.find((node) => node.key === key));
  return found.every((node) => node !== undefined) ? found : [];
}
