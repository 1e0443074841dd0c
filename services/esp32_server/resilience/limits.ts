/**
 * How long and how often the stages of a resilient server wait for a provider.
 *
 * @module
 */

import { StageError, type StageName } from "../errors.ts";
import type { StageTimeouts } from "../options.ts";

/** The limits of {@link StageLimits}, where none are given. */
export const LIMIT_DEFAULTS: StageLimits = {
  attemptMs: {
    // Half of the stage's usual limit: the check may not delay recognition for long.
    detect: 1500,
    // A long utterance on a slow machine takes some seconds; more than this and the next one is the quicker way.
    recognize: 8000,
    // Language models begin within 2 s; a person waits about this long twice before giving up.
    chatFirstToken: 5000,
    // A sentence takes well under a second; the next provider must still be in time for the ear.
    synthesizeFirstAudio: 5000,
  },
  // The first empty answer may be what the question deserved; two in a row are not.
  quietChats: 2,
  // Some texts have no sound in some voices (punctuation, another script); three sentences in a row do not.
  quietSpeeches: 3,
};

/** Limits beyond the {@link StageTimeouts}. */
export interface StageLimits {
  /** Milliseconds until an answer must begin where another provider could take over; the last one has the whole time-out. */
  readonly attemptMs: Pick<StageTimeouts, "detect" | "recognize" | "chatFirstToken" | "synthesizeFirstAudio">;
  /** Chats in a row without text and tool call that count as failures. */
  readonly quietChats: number;
  /** Syntheses in a row without a sound that make the provider unusable. */
  readonly quietSpeeches: number;
}

/** The error for a provider that was too slow. */
export function lateError(stage: StageName, provider: string): (ms: number, begun: boolean) => StageError {
  return (ms, begun) => {
    const what = begun ? `stood still for ${ms} ms in the middle of its answer` : `did not begin its answer within ${ms} ms`;
    return new StageError(stage, "timeout", `Provider "${provider}" of the ${stage} stage ${what}`);
  };
}
