/**
 * A rule: what it looks at, how long it waits, and what it says.
 *
 * @module
 */

import type { Finding, RuleId, Severity } from "./alert.ts";
import type { Readings } from "./readings.ts";

/** What a rule says of the readings of one moment. */
export interface Assessment {
  /** Subjects with which something is wrong. Of the others all is well, unless they are unknown. */
  readonly findings: readonly Finding[];
  /** Subjects of which nothing can be said now. */
  readonly unknown?: ReadonlySet<string>;
}

/** A rule. It may remember earlier readings. */
export interface AlertRule {
  readonly id: RuleId;
  readonly severity: Severity;
  /** How long it must be wrong before an alert is raised, milliseconds. */
  readonly forMs: number;
  /** Looks at the readings of `now`, monotonic milliseconds; undefined where nothing can be said at all. */
  assess(readings: Readings, now: number): Assessment | undefined;
}

/** The assessment of a single subject: the finding where it is wrong. */
export function one(finding: Finding, wrong: boolean): Assessment {
  return { findings: wrong ? [finding] : [] };
}
