/**
 * What the page shows of a recording: the present, or a moment that somebody chose.
 *
 * @module
 */

import type { DrawnChart } from "../../services/charts/placed.ts";
import type { RecordLine } from "../../services/recorder/read.ts";
import { type ChartLife, lifeOf, STILL } from "../chart/life.ts";
import { type Fact, type MachineView, mainMachine, type View } from "../recording/view.ts";
import type { LiveState } from "./live_recording.ts";

/** A moment. */
export interface Moment {
  readonly view: View;
  readonly machine: MachineView | undefined;
  readonly chart: DrawnChart | undefined;
  readonly life: ChartLife;
  /** The context of the machine, and the record that changed it last. */
  readonly context: { readonly fact: Fact; readonly record: RecordLine | undefined } | undefined;
  /** Microseconds of the recording that count as now. */
  readonly nowUs: number;
}

/**
 * The moment after the record at a position.
 *
 * @param at Undefined for the present.
 * @param now The server's time, Unix milliseconds.
 */
export function momentOf(
  { model, header }: LiveState,
  charts: ReadonlyMap<string, DrawnChart>,
  at: number | undefined,
  now: number,
): Moment {
  const view = at === undefined ? model.latest() : model.at(at);
  const machine = mainMachine(view);
  const chart = charts.get(machine?.machine ?? header.machine?.id ?? "device");
  const last = view.record?.t ?? 0;
  // Of a chosen moment it is known how long it had lasted by then, not how long it was to last.
  const nowUs = at === undefined ? Math.max(last, (now - header.epoch) * 1000) : last;
  const fact = view.facts.find(({ name }) => name === "context");
  const changed = fact === undefined ? undefined : model.record(model.positionOf(fact.seq));
  return {
    view,
    machine,
    chart,
    life: chart === undefined ? STILL : lifeOf(chart, view, machine, nowUs),
    context: fact === undefined ? undefined : { fact, record: changed?.seq === fact.seq ? changed : undefined },
    nowUs,
  };
}
