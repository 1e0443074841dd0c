/**
 * What `deno task migrate` works on: a database server, or the file of the data directory.
 *
 * @module
 */

/** A step as people see it. */
export interface StepLine {
  readonly version: number;
  readonly name: string;
  /** Unix milliseconds; absent while the step is missing. */
  readonly appliedAt?: number;
  /** Whether it was cut off in its middle. */
  readonly isHalfDone?: boolean;
}

/** What was done, or would be. */
export interface MigrateResult {
  readonly from: number;
  readonly to: number;
  /** Statements, for a dry run. */
  readonly sql: readonly string[];
  /** A copy that was made of the whole file. */
  readonly copy?: string;
}

/** A database with steps. */
export interface MigrateTarget {
  /** For people. */
  readonly name: string;
  /** The newest version that this program knows. */
  readonly newest: number;
  /** All steps, and the copies that steps made. */
  status(): Promise<{ readonly steps: readonly StepLine[]; readonly backups: readonly string[] }>;
  /** Goes to a version. */
  migrate(to: number, dryRun: boolean): Promise<MigrateResult>;
  /** Drops the copies that steps made; returns their names. */
  prune(): Promise<readonly string[]>;
}
