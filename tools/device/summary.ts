/**
 * What came of a run, as the device saw it.
 *
 * @module
 */

import type { VirtualDevice } from "./device.ts";
import type { TurnTimes } from "./turn_log.ts";
import type { Violation } from "./violations.ts";

/** The lines of the final summary. `violations` are all of the run, those of the OTA answer included. */
export function summarize(device: VirtualDevice, violations: readonly Violation[]): string[] {
  const { drops, warnings } = device;
  return [
    "",
    ...device.turns.flatMap((turn, index) => turnLines(turn, index + 1)),
    `Frames played ${device.played.length}, underruns ${device.underruns}, dropped: not speaking ${drops.notSpeaking}, ` +
    `queue full ${drops.overflow}, flushed ${drops.flushed}; microphone: lost ${drops.uplink}, unheard ${drops.unheard}`,
    ...warnings.map((warning) => `Warning ${breach(warning)}`),
    ...violations.map((violation) => `VIOLATION ${breach(violation)}`),
    violations.length === 0 ? "No protocol violation" : `${violations.length} rules broken`,
  ];
}

function turnLines(turn: TurnTimes, number: number): string[] {
  const since = (from: number | undefined, to: number | undefined) =>
    from === undefined || to === undefined ? "-" : `${Math.round(to - from)} ms`;
  return [
    `Turn ${number}${turn.aborted ? " (interrupted)" : ""}`,
    ...(turn.sttText === undefined ? [] : [`  understood: ${turn.sttText}`]),
    ...(turn.sentences.length === 0 ? [] : [`  answered:   ${turn.sentences.join(" ")}`]),
    `  end of speech -> stt ${since(turn.speechEndedAt, turn.sttAt)} -> tts start ${since(turn.speechEndedAt, turn.ttsStartAt)} ` +
    `-> first frame ${since(turn.speechEndedAt, turn.firstFrameAt)} -> tts stop ${since(turn.speechEndedAt, turn.ttsStopAt)}`,
    `  frames ${turn.frames}, played ${turn.played}, underruns ${turn.underruns}`,
  ];
}

function breach({ code, count, message, rule }: Violation): string {
  return `${code}${count > 1 ? ` (${count} times)` : ""}: ${message}. ${rule}`;
}
