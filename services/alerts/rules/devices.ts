/**
 * Devices that are in a state longer than the chart's own watchdog allows: the last resort did not act.
 *
 * @module
 */

import type { Finding } from "../alert.ts";
import type { DeviceReading } from "../readings.ts";
import type { AlertRule } from "../rule.ts";
import type { Thresholds } from "../thresholds.ts";

/** Devices that an alert names; more of them share a cause. */
const MAX_NAMED = 5;

/** The time beyond the watchdog is already long. */
const STUCK_FOR_MS = 15_000;

/** One alert a state: devices that hang together hang for the same reason, and states are few. */
export function deviceRules({ stuckSeconds }: Thresholds): AlertRule[] {
  return [{
    id: "device_stuck",
    severity: "critical",
    forMs: STUCK_FOR_MS,
    assess({ devices }) {
      if (devices === undefined) return undefined;
      const stuck = devices.filter(({ inStateMs, watchdogMs }) => watchdogMs !== undefined && inStateMs > watchdogMs + stuckSeconds * 1000);
      return { findings: [...Map.groupBy(stuck, ({ state }) => state)].map(([state, those]) => finding(state, those, stuckSeconds)) };
    },
  }];
}

function finding(state: string, devices: readonly DeviceReading[], graceSeconds: number): Finding {
  const worst = devices.reduce((worst, each) => each.inStateMs > worst.inStateMs ? each : worst);
  const named = devices.slice(0, MAX_NAMED).map(({ deviceId }) => deviceId).join(", ");
  return {
    subject: state,
    value: worst.inStateMs / 1000,
    limit: (worst.watchdogMs ?? 0) / 1000 + graceSeconds,
    detail: devices.length > MAX_NAMED ? `${named} + ${devices.length - MAX_NAMED}` : named,
  };
}
