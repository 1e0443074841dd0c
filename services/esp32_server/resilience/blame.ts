/**
 * Which failures speak of the provider, and which of the request or the caller.
 *
 * @module
 */

import { StageError, type StageFault, type StageName } from "../errors.ts";

/** Failures that another request may not have: what was asked for is refused or too much. */
const OF_THE_REQUEST: ReadonlySet<StageFault> = new Set(["rejected", "too_large"]);

/** A call that was not made, because the breaker of its provider is open. */
export class BreakerOpenError extends StageError {
  /** Name of the provider that is left alone. */
  readonly provider: string;
  /** Milliseconds until it is tried again. */
  readonly remainingMs: number;

  constructor(stage: StageName, provider: string, remainingMs: number) {
    const wait = Math.ceil(remainingMs);
    super(stage, "unavailable", `Provider "${provider}" of the ${stage} stage failed too often; it is tried again in ${wait} ms`);
    this.provider = provider;
    this.remainingMs = remainingMs;
  }
}

/** An answer that came to its end without anything to hear or to read in it. */
export class QuietAnswerError extends StageError {
  /** Such answers of the provider one after the other, this one included. */
  readonly inARow: number;
  /** Whether it happened too often to be the request's doing. */
  readonly repeated: boolean;

  constructor(stage: StageName, provider: string, inARow: number, limit: number) {
    const nothing = stage === "synthesize" ? "silence" : "no text and no tool call";
    super(
      stage,
      stage === "synthesize" ? "bad_audio" : "bad_answer",
      `Provider "${provider}" of the ${stage} stage answered with ${nothing}, ${inARow} times in a row; ${limit} are too many`,
    );
    this.inARow = inARow;
    this.repeated = inARow >= limit;
  }
}

/** Whether a failure is the provider's, so that its breaker should count it. Aborts are the caller's; they never come here as failures. */
export function blamesProvider(error: unknown): boolean {
  if (error instanceof BreakerOpenError) return false;
  if (error instanceof QuietAnswerError) return error.repeated;
  if (error instanceof StageError) return !OF_THE_REQUEST.has(error.fault);
  return !(error instanceof DOMException && error.name === "AbortError");
}
