/**
 * What the providers of a stage do, for logs and metrics.
 *
 * @module
 */

import type { StageName } from "../errors.ts";
import type { BreakerChange } from "./breaker.ts";

/** One thing that happened. */
export type ResilienceEvent =
  /** The provider's answer has begun; from here on nobody else can take over. */
  | {
    readonly type: "served";
    readonly stage: StageName;
    readonly provider: string;
    /** Place of the provider in the order of choice, from 0. */
    readonly choice: number;
  }
  /** The provider failed. */
  | {
    readonly type: "failed";
    readonly stage: StageName;
    readonly provider: string;
    readonly error: unknown;
    /** Whether its answer had begun, so that the caller got the error. */
    readonly delivered: boolean;
  }
  /** The provider was not asked, because its breaker is open. */
  | { readonly type: "skipped"; readonly stage: StageName; readonly provider: string; readonly remainingMs: number }
  /** A breaker changed its state. */
  | { readonly type: "breaker" } & BreakerChange;
