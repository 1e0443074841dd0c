/**
 * What the health actor hears, and what it is started with.
 *
 * @module
 */

import type { HealthCheck } from "../../services/health/check.ts";
import type { OverallStatus } from "../../services/health/report.ts";
import type { Outcome, Patience, SettledCheck } from "../../services/health/settled.ts";

/** What happens to it. */
export type HealthEvent =
  /** A check has been asked. */
  | { readonly type: "CHECKED"; readonly id: string; readonly outcome: Outcome }
  /** There is a reason to ask a check at once, or all: something came back, or broke. */
  | { readonly type: "CHECK_NOW"; readonly id?: string };

/** How often is asked, and how long is waited. */
export interface HealthTuning extends Patience {
  /** Between two askings of a check that says nothing else, milliseconds. */
  readonly intervalMs: number;
  /** For an answer, milliseconds. */
  readonly timeoutMs: number;
}

/** What a check is, for the chart. */
export type CheckInfo = Pick<HealthCheck, "id" | "service" | "required" | "intervalMs">;

/** What the chart does to the world. */
export interface HealthPorts {
  /** Asks a check. Does not reject. Once `signal` aborts, its outcome no longer matters. */
  ask(id: string, signal: AbortSignal): Promise<Outcome>;
  /** What comes of a check that did not answer in time. */
  late(id: string): Outcome;
  /** Takes note of what the server is now, and by which checks. Must not throw. */
  changed(status: OverallStatus, checks: readonly SettledCheck[]): void;
  /** A number in [0, 1). */
  random(): number;
}

/** What it is started with. */
export interface HealthInput {
  readonly ports: HealthPorts;
  readonly checks: readonly CheckInfo[];
  readonly tuning: HealthTuning;
}

/** What it keeps in mind. */
export interface HealthContext extends HealthInput {
  /** By id of the check. */
  readonly settled: Readonly<Record<string, SettledCheck>>;
}
