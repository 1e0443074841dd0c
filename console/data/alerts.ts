/**
 * What is wrong with a device: the server's alerts that are about it, and what may be wrong by what is known of it.
 *
 * @module
 */

import type { FleetDevice } from "../../routes/console/types.ts";

/** What may be wrong, worst first. */
export const ALERTS = ["stuck", "crashing", "alerted", "restarted", "slow", "signal"] as const;

/** What each rule of the server's alerts means for the device that it is about; any other is `alerted`. */
const OF_RULE: Readonly<Record<string, Alert>> = { device_stuck: "stuck", crashes: "crashing" };

/** Something that may be wrong with a device. */
export type Alert = (typeof ALERTS)[number];

/** States that pass by themselves: longer than this, milliseconds, the chart's own watchdogs should have ended them. */
const PASSING_MS: Readonly<Record<string, number>> = {
  connecting: 20_000,
  preparing: 20_000,
  recognizing: 30_000,
  thinking: 45_000,
  persisting: 20_000,
  closing: 20_000,
};
/** People take an answer that begins later for none, milliseconds. */
const SLOW_MS = 3000;
/** Of so many latest turns, more than half. */
const SLOW_TURNS = 5;
/** Below it, dBm, packets get lost. */
const WEAK_DBM = -78;

/** What may be wrong with a device at a moment, Unix milliseconds. */
export function alertsOf(device: FleetDevice, now: number): Alert[] {
  const { state = "", since = now, restarts, latencies, rssi = 0 } = device;
  const told = new Set(device.alerts?.map((rule) => OF_RULE[rule] ?? "alerted"));
  const limit = PASSING_MS[state];
  const latest = latencies.slice(-SLOW_TURNS);
  const slow = latest.filter((ms) => ms >= SLOW_MS).length;
  const found: Readonly<Record<Alert, boolean>> = {
    stuck: told.has("stuck") || limit !== undefined && now - since > limit,
    crashing: told.has("crashing"),
    alerted: told.has("alerted"),
    restarted: restarts > 0 && !told.has("crashing"),
    slow: slow * 2 > latest.length,
    signal: device.online && rssi < WEAK_DBM,
  };
  return ALERTS.filter((alert) => found[alert]);
}
