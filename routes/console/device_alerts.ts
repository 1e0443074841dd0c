/**
 * Which of the alerts of the server are about a device.
 *
 * @module
 */

import type { DeviceStatus } from "../../actors/device/status.ts";
import type { Alert, RuleId } from "../../services/alerts/alert.ts";

/** Under this path the supervision records the crashes of devices. */
const DEVICES_PATH = "devices/device";
/** A crash counts for the alert that it led to within this time before the alert began, milliseconds: the window of the rule `crashes`. */
const CRASH_WINDOW_MS = 600_000;

/** A device, as far as alerts are about it. */
export interface WatchedDevice {
  readonly deviceId: string;
  /** Absent while it is not connected. */
  readonly status?: Pick<DeviceStatus, "state" | "inStateMs"> | undefined;
  /** When its actor last crashed, Unix milliseconds. */
  readonly crashedAt?: number | undefined;
}

/** The rules whose active alerts are about a device, each once. */
export function alertsAbout(device: WatchedDevice, active: readonly Alert[]): RuleId[] {
  return [...new Set(active.filter((alert) => isAbout(alert, device)).map(({ rule }) => rule))];
}

function isAbout({ rule, subject, limit, since }: Alert, { deviceId, status, crashedAt }: WatchedDevice): boolean {
  if (subject === deviceId) return true;
  // The alert is one for all devices that hang in a state; it names some of them, and its limit finds the others.
  if (rule === "device_stuck") return status !== undefined && status.state === subject && status.inStateMs > limit * 1000;
  return rule === "crashes" && subject === DEVICES_PATH && crashedAt !== undefined && crashedAt >= since - CRASH_WINDOW_MS;
}
