/**
 * The report of a load: its shape, which is what `--json` writes, and its tables.
 *
 * @module
 */

import { formatTable } from "../table.ts";
import type { Break } from "./breaking.ts";
import type { FleetFigures, Gaps, Spread } from "./figures.ts";
import type { LoadFormat } from "./options.ts";

/** What a process used; shares of one core but for `machine` and `stolen`, which are of all. `null` where it cannot be known. */
export interface LoadCpu {
  readonly all: number | null;
  readonly main: number | null;
  readonly machine: number | null;
  readonly stolen: number | null;
  /** Milliseconds of CPU in each second that a device is spoken to. */
  readonly msPerSpokenSecond: number | null;
}

/** One fleet. */
export interface LoadRun extends FleetFigures {
  /** `null` for a server of somebody's own. */
  readonly tts: LoadFormat | null;
  readonly complexity: number | null;
  readonly devices: number;
  /** The empty pacer, right before and after, with as many connections as devices are spoken to at once. */
  readonly pacer: Gaps;
  /** The same gaps as the server saw them when it sent: what the devices' process is late does not count. None for a server of somebody's own. */
  readonly sent: Gaps;
  readonly cpu: LoadCpu;
  /** What the processes beside the server used, as shares of one core: they want the same cores. */
  readonly beside: { readonly devices: number | null; readonly stages: number | null };
  readonly loopMs: Spread;
  /** Warnings and errors that the server logged. */
  readonly complaints: number;
  readonly complaint: string | null;
  /** By how much the answers of the stages came later than their fixed latencies; it is in what is added, though not the server's. */
  readonly stagesLateMs: Spread;
  /** What broke, what broke first first. */
  readonly broke: readonly Break[];
}

/** The whole report. */
export interface LoadReport {
  readonly version: 1;
  /** ISO 8601. */
  readonly at: string;
  readonly machine: string;
  /** Load average of the last minute, before and after: other programs may have been at it. */
  readonly loadAverage: readonly [number, number];
  readonly stagesMs: readonly [number, number, number] | null;
  readonly silenceMs: number;
  readonly method: string;
  readonly runs: readonly LoadRun[];
}

/** The three targets that have a number. */
const TARGETS = { addedP50Ms: 5, addedP99Ms: 20, latePercent: 0.1, abortMs: 60 } as const;

/** Wider than any table here, so that nothing wraps. */
const WIDTH = 240;

/** Names a run: `Opus, 100`. */
export function nameOf({ tts, complexity, devices }: Pick<LoadRun, "tts" | "complexity" | "devices">): string {
  return `${seriesOf({ tts, complexity })}, ${devices}`;
}

/** Names a line of the chart. */
export function seriesOf({ tts, complexity }: Pick<LoadRun, "tts" | "complexity">): string {
  return tts === null ? "server" : tts === "opus" ? "Opus" : `PCM c${complexity}`;
}

/** Tables for a terminal. */
export function formatReport({ runs }: Pick<LoadReport, "runs">): string {
  const tables = [
    table(
      [
        "answers",
        "turns",
        "unfinished",
        "response p50 ms",
        "p95",
        "p99",
        "added p50 ms",
        "p95",
        "p99",
        "by ear p50 ms",
        "p95",
        "p99",
        "stages late p50 ms",
        "p99",
      ],
      runs.map((run) => [
        nameOf(run),
        String(run.turns.wanted),
        String(run.turns.wanted - run.turns.finished),
        ...percentiles(run.responseMs, 0),
        ...percentiles(run.addedMs, 1),
        ...percentiles(run.addedByEarMs, 1),
        cell(run.stagesLateMs.p50, 1),
        cell(run.stagesLateMs.p99, 1),
      ]),
    ),
    table(
      [
        "speech",
        "frames",
        "late",
        "as sent",
        "empty pacer",
        "gap p99 ms",
        "pacer p99 ms",
        "underruns",
        "dry devices",
        "silence ms",
        "duty",
      ],
      runs.map((run) => [
        nameOf(run),
        String(run.frames),
        cell(run.gaps.latePercent, 2, " %"),
        cell(run.sent.latePercent, 2, " %"),
        cell(run.pacer.latePercent, 2, " %"),
        cell(run.gaps.p99Ms, 1),
        cell(run.pacer.p99Ms, 1),
        String(run.underruns),
        String(run.dryDevices),
        cell(run.silentMs, 0),
        cell(100 * run.duty, 0, " %"),
      ]),
    ),
    table(
      ["abort", "interrupted", "to last frame p50 ms", "p99", "max", "to tts stop p50 ms", "p99", "frames after stop"],
      runs.map((run) => [
        nameOf(run),
        String(run.turns.interrupted),
        cell(run.abort.toLastFrameMs.p50, 1),
        cell(run.abort.toLastFrameMs.p99, 1),
        cell(run.abort.toLastFrameMs.max, 1),
        cell(run.abort.toStopMs.p50, 1),
        cell(run.abort.toStopMs.p99, 1),
        String(run.abort.framesAfterStop),
      ]),
    ),
    table(
      [
        "server",
        "CPU ms/s",
        "main",
        "a spoken s",
        "devices",
        "stages",
        "machine",
        "stolen",
        "loop p50 ms",
        "p95",
        "p99",
        "max",
        "refused",
        "broken",
        "complaints",
      ],
      runs.map((run) => [
        nameOf(run),
        cell(run.cpu.all === null ? null : 1000 * run.cpu.all, 0),
        cell(run.cpu.main === null ? null : 1000 * run.cpu.main, 0),
        cell(run.cpu.msPerSpokenSecond, 1),
        cell(run.beside.devices === null ? null : 1000 * run.beside.devices, 0),
        cell(run.beside.stages === null ? null : 1000 * run.beside.stages, 0),
        cell(run.cpu.machine === null ? null : 100 * run.cpu.machine, 0, " %"),
        cell(run.cpu.stolen === null ? null : 100 * run.cpu.stolen, 0, " %"),
        ...percentiles(run.loopMs, 1),
        cell(run.loopMs.max, 1),
        String(run.errors.refused),
        String(run.errors.broken),
        String(run.complaints),
      ]),
    ),
  ];
  return `${tables.join("\n")}\n${runs.map(verdict).join("\n")}\n`;
}

/** What a run says about the targets and about what broke, in lines. */
export function verdict(run: LoadRun): string {
  const { addedMs, underruns, gaps, pacer, abort, broke } = run;
  const above = (gaps.latePercent ?? NaN) - (pacer.latePercent ?? NaN);
  const judged = [
    ["added P50", addedMs?.p50, TARGETS.addedP50Ms, "ms"],
    ["added P99", addedMs?.p99, TARGETS.addedP99Ms, "ms"],
    ["underruns", underruns, 0, ""],
    ["late above the pacer", above, TARGETS.latePercent, "%"],
    ["abort to last frame, P99", abort.toLastFrameMs.p99, TARGETS.abortMs, "ms"],
  ] as const;
  const words = judged.map(([what, value, most, unit]) => {
    if (typeof value !== "number" || Number.isNaN(value)) return `${what} unknown`;
    const shown = `${Number(value.toFixed(2))} ${unit}`.trim();
    return `${what} ${shown} (${value <= most ? "within" : "beyond"} ${most})`;
  });
  const first = broke.map(({ what, detail, afterMs }) => `${what} after ${(afterMs / 1000).toFixed(1)} s: ${detail}`);
  return `${nameOf(run)}: ${words.join("; ")}\n  ${first.length === 0 ? "Nothing broke" : `Broke first: ${first.join("; then ")}`}`;
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return formatTable(titles.map((title, index) => index === 0 ? { title } : { title, align: "right" }), rows, WIDTH);
}

function percentiles(spread: Spread | null, digits: number): string[] {
  return [spread?.p50, spread?.p95, spread?.p99].map((value) => cell(value, digits));
}

function cell(value: number | null | undefined, digits: number, unit = ""): string {
  return value === null || value === undefined || !Number.isFinite(value) ? "-" : `${value.toFixed(digits)}${unit}`;
}
