/**
 * What the actors of the sync daemon tell each other.
 *
 * @module
 */

import type { StepResult } from "../../services/sync/reader.ts";
import type { Rhythm } from "../../services/sync/rhythm.ts";

/** A step that went well. */
export type ReadResult = Extract<StepResult, { kind: "read" }>;

/** What a source tells of itself. */
export type SourceEvent =
  /** A step went well. `dueInMs` is the pause until the next; 0 while there is more. */
  | {
    readonly type: "SOURCE_READ";
    readonly name: string;
    readonly rhythm: Rhythm;
    readonly dueInMs: number;
    readonly result: ReadResult;
    /** When the step began, on the monotonic clock: what was there at the source by then is here now, unless there is more. */
    readonly startedAt: number;
    readonly tookMs: number;
  }
  /** A step failed. */
  | {
    readonly type: "SOURCE_FAILED";
    readonly name: string;
    readonly rhythm: Rhythm;
    readonly dueInMs: number;
    readonly error: unknown;
  }
  /** A step found that another node is the leader. */
  | { readonly type: "SOURCE_FENCED"; readonly name: string };

/** What a source is told. */
export type SourceCommand =
  /** There is news: read now. */
  { readonly type: "WAKE" };
