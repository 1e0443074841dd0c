/**
 * A recording that was opened in this browser.
 *
 * @module
 */

import { readRecording, type Recording } from "../../services/recorder/read.ts";
import type { DrawnChart } from "../../services/charts/placed.ts";
import { RecordingModel } from "../recording/model.ts";
import { type Strip, stripOf } from "./strip.ts";

/** Largest file, bytes: a ring of 100,000 records, several times over, which a browser reads in seconds. */
export const MAX_FILE_BYTES = 128 * 1024 * 1024;

/** Where a recording comes from, and what stands in it. */
export interface RecordingFile {
  /** Name of the file. */
  readonly name: string;
  readonly text: string;
}

/** A recording, ready to be gone through. */
export interface Opened extends RecordingFile {
  readonly recording: Recording;
  readonly model: RecordingModel;
  readonly strip: Strip;
  /** Types of its events, for breakpoints. */
  readonly eventTypes: readonly string[];
  /** The chart of its machine in this version; undefined where there is none. */
  readonly chart: DrawnChart | undefined;
  /** Whether that is the chart it was recorded with. */
  readonly fits: boolean;
  /** Ids of its innermost states that the chart lacks. */
  readonly lacking: readonly string[];
}

/** Event types that are offered: more than the charts of this project have. */
const MAX_TYPES = 300;
/** States that are named. */
const MAX_LACKING = 8;

/**
 * Reads a recording.
 *
 * @param charts Loads charts of this version; called where the recording has a machine.
 * @throws RecordingError, whose message names the line.
 */
export async function openRecording(
  { name, text }: RecordingFile,
  charts: (machine: string) => Promise<DrawnChart | undefined>,
): Promise<Opened> {
  // A byte order mark is what some editors put before the first line.
  const recording = readRecording(text.replace(/^\uFEFF/, ""));
  const { header: { machine }, records } = recording;
  const chart = machine === undefined ? undefined : await charts(machine.id);
  const model = new RecordingModel(chart === undefined ? {} : { charts: [chart] });
  const eventTypes = new Set<string>();
  const lacking = new Set<string>();
  const known = new Set(chart?.nodes.map(({ id }) => id));
  for (const record of records) {
    model.append(record);
    if (record.kind === "event" && eventTypes.size < MAX_TYPES) eventTypes.add(record.type);
    if (record.kind !== "step" || record.actor !== machine?.id || lacking.size >= MAX_LACKING) continue;
    for (const id of record.to?.split(" ") ?? []) if (!known.has(id)) lacking.add(id);
  }
  return {
    name,
    text,
    recording,
    model,
    strip: stripOf(records),
    eventTypes: [...eventTypes].sort(),
    chart,
    fits: chart !== undefined && chart.hash === machine?.hash,
    lacking: chart === undefined ? [] : [...lacking],
  };
}
