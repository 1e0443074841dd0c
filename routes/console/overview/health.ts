/**
 * The health as the console shows it: service by service, with the reason and since when.
 *
 * @module
 */

import { type CheckStatus, SEVERITY, worst } from "../../../services/health/check.ts";
import type { HealthReport } from "../../../services/health/report.ts";
import type { SettledCheck } from "../../../services/health/settled.ts";
import type { Overview, ServiceState, ServiceStatus } from "./types.ts";

const WORDS: Readonly<Record<CheckStatus, ServiceStatus>> = { pass: "healthy", warn: "degraded", fail: "unhealthy" };

/** What is known of the health, what is worst first; undefined where nobody checks. */
export function healthState(report: HealthReport | undefined): Overview["health"] {
  if (report === undefined) return undefined;
  const services = [...Map.groupBy(report.checks, ({ service }) => service)]
    .map(([name, checks]) => ({ severity: SEVERITY[worst(checks.map(({ status }) => status))], state: serviceState(name, checks) }))
    .sort((a, b) => b.severity - a.severity);
  return { status: report.status, services: services.map(({ state }) => state) };
}

function serviceState(name: string, checks: readonly SettledCheck[]): ServiceState {
  const status = worst(checks.map((check) => check.status));
  const times = checks.filter((check) => check.status === status).map(({ since }) => since);
  const reason = checks.flatMap(({ readings }) => readings.flatMap(({ output }) => output ?? [])).join("; ");
  return {
    name,
    status: WORDS[status],
    required: checks.some(({ required }) => required),
    // Wrong since the first of its checks was; well since the last of them is.
    since: status === "pass" ? Math.max(...times) : Math.min(...times),
    ...(reason === "" ? {} : { reason }),
  };
}
