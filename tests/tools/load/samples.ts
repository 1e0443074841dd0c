/**
 * Fleets and runs as the load tool sees them.
 *
 * @module
 */

import type { FleetReport, FleetTurn } from "../../../bench/support/fleet_messages.ts";
import { type FigureOptions, figuresOf, spreadOf } from "../../../tools/load/figures.ts";
import type { LoadReport, LoadRun } from "../../../tools/load/report.ts";

/** Frames in step: two at once, then one every 60 ms. */
export function inStep(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + Math.max(0, index - 2) * 60);
}

/** A turn that was asked at 0 and answered well. */
export function turn(given: Partial<FleetTurn> = {}): FleetTurn {
  return { askedAt: 1000, frames: inStep(1310, 30), ended: true, stopAt: 4000, button: true, ...given };
}

/** A report of devices with these turns. */
export function fleet(devices: readonly (readonly FleetTurn[])[], given: Partial<FleetReport> = {}): FleetReport {
  return { devices, lost: 0, refused: 0, from: 0, to: 10_000, ...given };
}

/** Options for so many devices of one turn. */
export function options(devices: number, given: Partial<FigureOptions> = {}): FigureOptions {
  return { devices, turns: 1, stagesMs: 300, silenceMs: 500, leadFrames: 2, dryShare: 0.01, ...given };
}

/** A run of so many devices. */
export function run(devices: number, given: Partial<LoadRun> = {}): LoadRun {
  return {
    ...figuresOf(fleet(Array.from({ length: devices }, () => [turn()])), options(devices)),
    tts: "opus",
    complexity: 5,
    devices,
    pacer: { count: 100, late: 0, latePercent: 0, p99Ms: 61 },
    sent: { count: 100, late: 0, latePercent: 0, p99Ms: 61 },
    beside: { devices: 0.2, stages: 0.05 },
    cpu: { all: 0.5, main: 0.4, machine: 0.9, stolen: 0, msPerSpokenSecond: 12.5 },
    loopMs: spreadOf([1, 2, 3]),
    stagesLateMs: spreadOf([1]),
    complaints: 0,
    complaint: null,
    broke: [],
    ...given,
  };
}

/** A report of these runs. */
export function report(runs: readonly LoadRun[]): LoadReport {
  return {
    version: 1,
    at: "2026-01-01T00:00:00.000Z",
    machine: "Machine: 2 x <CPU> & more",
    loadAverage: [0.5, 1],
    stagesMs: [80, 120, 100],
    silenceMs: 500,
    method: "As it was done.",
    runs,
  };
}
