/**
 * How much a device may use in a day.
 *
 * @module
 */

import { AppError } from "../../base/errors.ts";
import type { DeviceUsage } from "../../services/history/device_store.ts";

/** The code of the error that a turn is recorded with when the day's allowance was used up. */
export const DAILY_LIMIT = "daily_limit";

/** Limits of a day; 0 is none. */
export interface DailyLimits {
  readonly turnsPerDay: number;
  readonly spokenSecondsPerDay: number;
}

/** Whether a day can be used up at all. */
export function isLimited({ turnsPerDay, spokenSecondsPerDay }: DailyLimits): boolean {
  return turnsPerDay > 0 || spokenSecondsPerDay > 0;
}

/** Why a device gets no further answer today; undefined where it does. */
export function overLimit({ turnsPerDay, spokenSecondsPerDay }: DailyLimits, usage: DeviceUsage): AppError | undefined {
  const over = (what: string) => new AppError(`The daily limit of ${what} is reached; it ends at midnight`, { code: DAILY_LIMIT });
  if (turnsPerDay > 0 && usage.turns >= turnsPerDay) return over(`${turnsPerDay} turns`);
  if (spokenSecondsPerDay > 0 && usage.spokenMs >= spokenSecondsPerDay * 1000) return over(`${spokenSecondsPerDay} spoken seconds`);
  return undefined;
}
