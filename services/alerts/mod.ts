/**
 * Alerts: what people have to know of, why, and what to do about it.
 *
 * @module
 */

export { type Alert, RULE_IDS, type RuleId, type Severity } from "./alert.ts";
export type { AlertBoard } from "./board.ts";
export type { DeviceReading, Read, Readings } from "./readings.ts";
export { Alerts, type AlertsOptions } from "./service.ts";
export { tellBoth } from "./texts.ts";
