/**
 * Where the time went until a turn was answered, in short.
 *
 * @module
 */

import type { Turn } from "../../routes/console/types.ts";

/** The stages, each with the mark at which it ends. */
const STAGES = [
  ["silence", "vadEndMs"],
  ["recognition", "recognizedMs"],
  ["wait", "settledMs"],
  ["token", "firstTokenMs"],
  ["sentence", "firstSentenceMs"],
  ["audio", "firstAudioMs"],
  ["frame", "firstFrameMs"],
] as const;

/** The name of a stage. */
export type ResponseStage = (typeof STAGES)[number][0];

/** A response: its length and its stages, which add up to it, in milliseconds. */
export interface Response {
  readonly ms: number;
  readonly stages: readonly { readonly name: ResponseStage; readonly ms: number }[];
}

/** From the end of speech, or the start of a turn that nobody spoke, to the first frame; undefined where that is not known. */
export function responseOf({ source, timings }: Pick<Turn, "source" | "timings">): Response | undefined {
  const from = source === "speech" ? timings.speechEndMs : 0;
  const { firstFrameMs } = timings;
  if (from === undefined || firstFrameMs === undefined || firstFrameMs < from) return undefined;
  let at = from;
  const stages = STAGES.flatMap(([name, mark]) => {
    const end = name === "silence" && source !== "speech"
      ? undefined
      : timings[mark] ?? (name === "silence" ? timings.endpointMs : undefined);
    if (end === undefined || end <= at) return [];
    // A mark behind the first frame is of what came later.
    const ms = Math.min(end, firstFrameMs) - at;
    at += ms;
    return ms < 1 ? [] : [{ name, ms }];
  });
  return { ms: firstFrameMs - from, stages };
}
