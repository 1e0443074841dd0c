/**
 * An alert: something that people have to know of, why, and since when.
 *
 * @module
 */

/** How soon people have to look. */
export type Severity =
  /** Now: conversations fail, or something is about to be lost. */
  | "critical"
  /** Today: it heals itself, or is on its way to something worse. */
  | "warning";

/** What can be wrong. docs/alerts.md has a row for each. */
export const RULE_IDS = [
  "component_failed",
  "component_degraded",
  "outbox_old",
  "sync_lag",
  "turn_errors",
  "provider_errors",
  "slow_responses",
  "crashes",
  "device_stuck",
  "disk_low",
  "event_loop_slow",
  "budget_burn_fast",
  "budget_burn_slow",
] as const;

/** Name of a rule. */
export type RuleId = typeof RULE_IDS[number];

/** What a rule found. */
export interface Finding {
  /** What it is about, of a bounded set: a component, a provider, a state; {@link EVERYTHING} where there is only one. */
  readonly subject: string;
  /** What was read, in the unit of the rule. */
  readonly value: number;
  /** What it should not be beyond, in the same unit. */
  readonly limit: number;
  /** What else helps, such as the error of a component; for people, at most {@link MAX_DETAIL_CHARS} characters. */
  readonly detail?: string;
}

/** Subject of rules that are about the whole process. */
export const EVERYTHING = "server";

/** Longest detail: an error message and the ids of a few devices. */
export const MAX_DETAIL_CHARS = 300;

/** That somebody has seen an alert. */
export interface Acknowledgement {
  /** Unix milliseconds. */
  readonly at: number;
  /** What they had to say. */
  readonly note: string;
}

/** An alert that was raised. */
export interface Alert extends Finding {
  /** A ULID. */
  readonly id: string;
  readonly rule: RuleId;
  readonly severity: Severity;
  /** When it began, Unix milliseconds; before `raisedAt`, because an alert waits whether it passes. */
  readonly since: number;
  /** Unix milliseconds. */
  readonly raisedAt: number;
  /** When it was over, Unix milliseconds; absent while it is not. */
  readonly resolvedAt?: number;
  readonly acknowledged?: Acknowledgement;
}

/** What people are told of: each alert is raised once and resolved at most once. */
export interface Notice {
  readonly type: "raised" | "resolved";
  readonly alert: Alert;
}
