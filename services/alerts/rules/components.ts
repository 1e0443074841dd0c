/**
 * Rules over the health of components. Health has its own hysteresis, so a change of it is already more than one failed check.
 *
 * @module
 */

import { MAX_DETAIL_CHARS } from "../alert.ts";
import type { ComponentReading } from "../readings.ts";
import type { AlertRule } from "../rule.ts";

/** Recovery is automatic within 5 s of the dependency's return: what lasts longer needs a person. */
const FAILED_FOR_MS = 30_000;
/** What is optional may be away for the length of a restart. */
const DEGRADED_FOR_MS = 120_000;

/** Rules over health. */
export function componentRules(): AlertRule[] {
  return [
    { id: "component_failed", severity: "critical", forMs: FAILED_FOR_MS, assess: ({ components }) => inStatus(components, "fail") },
    { id: "component_degraded", severity: "warning", forMs: DEGRADED_FOR_MS, assess: ({ components }) => inStatus(components, "warn") },
  ];
}

function inStatus(components: readonly ComponentReading[] | undefined, status: ComponentReading["status"]) {
  if (components === undefined) return undefined;
  const findings = components.filter((each) => each.status === status).map(({ component, reason }) => ({
    subject: component,
    value: 1,
    limit: 0,
    ...(reason === undefined ? {} : { detail: reason.slice(0, MAX_DETAIL_CHARS) }),
  }));
  return { findings };
}
