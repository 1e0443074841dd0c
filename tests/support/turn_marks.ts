import type { TurnTimings } from "../../services/history/store.ts";

/** The instants of a turn, in the order in which they must lie. `persistedMs` is left out: it is written after the commit that is read. */
export const TURN_MARKS = [
  "speechEndMs",
  "vadEndMs",
  "endpointMs",
  "recognizedMs",
  "settledMs",
  "firstTokenMs",
  "firstSentenceMs",
  "firstAudioMs",
  "firstFrameMs",
  "playoutEndMs",
  "commitMs",
] as const satisfies readonly (keyof TurnTimings)[];
