/**
 * How the server is as a whole, in the shapes in which it is asked.
 *
 * @module
 */

import { type CheckStatus, worst } from "./check.ts";
import type { SettledCheck } from "./settled.ts";

/** How the server is, in the words of the founding document. */
export type OverallStatus =
  | "healthy"
  /** It serves, and something that it can do without is missing, or something is near its limit. */
  | "degraded"
  /** Something is missing without which it does not serve. */
  | "unhealthy";

/** All that is known. */
export interface HealthReport {
  readonly status: OverallStatus;
  /** Whether every check has answered at least once. */
  readonly complete: boolean;
  readonly checks: readonly SettledCheck[];
}

/** What the checks come to. What is optional degrades, and never more. */
export function overall(checks: readonly Pick<SettledCheck, "required" | "status">[], complete = true): OverallStatus {
  if (checks.some(({ required, status }) => required && status === "fail")) return "unhealthy";
  return complete && checks.every(({ status }) => status === "pass") ? "healthy" : "degraded";
}

/** Words of the founding document for a check. */
const WORDS: Readonly<Record<CheckStatus, OverallStatus>> = { pass: "healthy", warn: "degraded", fail: "unhealthy" };

/** One service in {@link DetailedHealth}. */
export interface ServiceHealth {
  readonly status: OverallStatus;
  readonly required: boolean;
  /** Of the last answer, milliseconds. */
  readonly responseTimeMs: number;
  /** When it was last asked, ISO 8601. */
  readonly lastCheck: string;
  /** Why it is not healthy. */
  readonly error?: string;
  /** All that was seen of it. */
  readonly details: Readonly<
    Record<string, { readonly status: OverallStatus; readonly value?: number | string; readonly unit?: string; readonly error?: string }>
  >;
}

/** The answer of `GET /health/detailed`. */
export interface DetailedHealth {
  readonly status: OverallStatus;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly services: Readonly<Record<string, ServiceHealth>>;
}

/** The report in the shape of the founding document. */
export function detailedHealth({ status, checks }: HealthReport, now: number): DetailedHealth {
  const services: Record<string, ServiceHealth> = {};
  for (const service of new Set(checks.map((check) => check.service))) {
    services[service] = serviceHealth(checks.filter((check) => check.service === service));
  }
  return { status, timestamp: new Date(now).toISOString(), services };
}

function serviceHealth(checks: readonly SettledCheck[]): ServiceHealth {
  const readings = checks.flatMap((check) => check.readings);
  const errors = readings.flatMap(({ output }) => output ?? []);
  return {
    status: WORDS[worst(checks.map(({ status }) => status))],
    required: checks.some(({ required }) => required),
    responseTimeMs: round(Math.max(...checks.map(({ tookMs }) => tookMs))),
    lastCheck: new Date(Math.max(...checks.map(({ at }) => at))).toISOString(),
    ...(errors.length === 0 ? {} : { error: errors.join("; ") }),
    details: Object.fromEntries(readings.map(({ reading: { component, measurement, value, unit }, status, output }) => [
      `${component}:${measurement}`,
      {
        status: WORDS[status],
        ...(value === undefined ? {} : { value: rounded(value) }),
        ...(unit === undefined ? {} : { unit }),
        ...(output === undefined ? {} : { error: output }),
      },
    ])),
  };
}

/** Media type of {@link HealthJson}. */
export const HEALTH_JSON_TYPE = "application/health+json";

/** The status of the whole in health+json. */
export const HEALTH_JSON_STATUS: Readonly<Record<OverallStatus, CheckStatus>> = { healthy: "pass", degraded: "warn", unhealthy: "fail" };

/** One entry of the `checks` of health+json. */
export interface HealthJsonCheck {
  readonly componentId: string;
  readonly componentType: string;
  readonly observedValue?: number | string;
  readonly observedUnit?: string;
  readonly status: CheckStatus;
  /** ISO 8601. */
  readonly time: string;
  readonly output?: string;
}

/** The checks in the shape of health+json, which follows the expired draft-inadarei-api-health-check-05. */
export function healthJsonChecks({ checks }: HealthReport): Record<string, HealthJsonCheck[]> {
  const entries: Record<string, HealthJsonCheck[]> = {};
  for (const { readings, at, service } of checks) {
    for (const { reading: { component, measurement, type, value, unit }, status, output } of readings) {
      (entries[`${component}:${measurement}`] ??= []).push({
        componentId: service,
        componentType: type,
        ...(value === undefined ? {} : { observedValue: rounded(value) }),
        ...(unit === undefined ? {} : { observedUnit: unit }),
        status,
        time: new Date(at).toISOString(),
        ...(output === undefined ? {} : { output }),
      });
    }
  }
  return entries;
}

function rounded(value: number | string): number | string {
  return typeof value === "number" ? round(value) : value;
}

/** A microsecond is enough of a millisecond for people. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
