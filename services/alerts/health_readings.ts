/**
 * Readings from the health of components.
 *
 * @module
 */

import type { HealthReport } from "../health/report.ts";
import type { ComponentReading } from "./readings.ts";

/** Checks of what has a rule of its own, which would be told twice. */
const TOLD_OTHERWISE: ReadonlySet<string> = new Set(["outbox", "sync", "supervisor", "eventloop", "disk"]);

/** How the components are. What is optional and fails is degraded: conversations go on. */
export function componentsOf({ checks }: Pick<HealthReport, "checks">): ComponentReading[] {
  return checks.filter(({ id }) => !TOLD_OTHERWISE.has(id)).map(({ id, required, status, readings }) => {
    const reason = readings.flatMap(({ output }) => output ?? []).join("; ");
    return {
      component: id,
      status: status === "fail" && !required ? "warn" : status,
      ...(reason === "" ? {} : { reason }),
    };
  });
}
