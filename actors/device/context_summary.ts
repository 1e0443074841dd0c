/**
 * What of a device's context a recording keeps, for those who want to see why a transition was taken.
 *
 * @module
 */

import type { ContextSummary } from "../../services/recorder/context_summary.ts";
import type { DeviceContext } from "./context.ts";

/** Turns are ids, utterances are milliseconds, what waits is told as it came; ports and settings are no memory of the device. */
export const deviceContextSummary: ContextSummary = {
  keys: ["mode", "job", "turnId", "source", "heard", "utteranceMs", "carriedMs", "nextTurnId", "pending", "closing"],
  values({ mode, job, turn, utterance, carried, nextTurn, pending, closing }: DeviceContext) {
    const heard = turn?.userText;
    return [
      mode,
      job,
      turn?.id,
      turn?.source,
      heard === "" ? undefined : heard,
      utterance?.durationMs,
      carried?.durationMs,
      nextTurn?.id,
      pending,
      closing,
    ];
  },
};
